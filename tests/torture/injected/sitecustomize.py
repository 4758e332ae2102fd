"""Python imports this, before a program's own code, in each process of a service that is under torture.

The folder is put first on the module path of those processes alone (``tests.torture.injections.injecting``).
"""

from tests.torture import injections

injections.install()
