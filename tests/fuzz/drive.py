"""One target under atheris: ``python -m tests.fuzz.drive TARGET``, then libFuzzer's own arguments.

https://llvm.org/docs/LibFuzzer.html#options. It never returns: libFuzzer ends the process.
"""

from __future__ import annotations

import sys

INSTRUMENTED = ["resolver", "receiver", "markdown_it", "dotenv"]
"""What is watched for lines that were not reached before."""


def main() -> None:
    """Run a target until libFuzzer has enough, or finds a fault."""
    import atheris  # noqa: PLC0415 - an extra of its own: the rest of the tests runs without

    from tests.fuzz import registry  # noqa: PLC0415

    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=INSTRUMENTED):
        target = registry.load(name)
    atheris.Setup([sys.argv[0], f"-max_len={target.longest}", *options], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
