"""Claims: metadata blocks in texts that say "run X made this" (SPEC §2).

``claim`` holds the values, ``signing`` what a signature covers, ``ring`` the keys, ``write`` makes the two carriers,
``scan`` finds blocks in texts, ``block`` reads one strictly, ``reader`` verifies, ``context`` compares a claim with
the place where it was found.
"""
