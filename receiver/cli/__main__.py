"""``python -m receiver.cli``: the same as ``whichrun``."""

from receiver.cli import main

main(prog_name="whichrun")
