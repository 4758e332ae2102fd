"""Claims: metadata blocks in texts that say "run X made this" (SPEC §2).

``claim`` holds the values, ``signing`` what names a claim and what version 1 signs, ``jws`` is version 2, ``ring`` the
keys (``ed25519``, ``curve``) and ``validity`` when they count, ``write`` makes the two carriers, ``scan`` finds blocks
in texts, ``block`` reads one of version 1 strictly, ``reader`` verifies, ``doubts`` knows what was verified before,
``context`` compares a claim with the place where it was found.
"""
