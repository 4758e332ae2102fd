"""What GitHub allows as the name of a repository, a branch, a commit or a number: the one place that says so.

Names from outside end up in addresses and rows, so they are checked where they come in. GitHub's own rules are
a little narrower (an owner has at most 39 characters); these leave room for GitHub Enterprise.
"""

from __future__ import annotations

import re

MAX_ID = 2**63 - 1
"""The largest id: what a signed 64-bit column holds."""

_OWNER = re.compile(r"[A-Za-z0-9_-]{1,100}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
LOGIN = r"[A-Za-z0-9_-]{1,100}(?:\[bot\])?"
"""A regular expression for a login: of a person, an organisation or an App's bot."""
_LOGIN = re.compile(LOGIN)
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]{1,512}")
_NO_BRANCH = re.compile(r"^-|(?:^|/)\.|\.\.|@\{|//|^/|/$|\.$|\.lock(?:/|$)|^@$|^HEAD$")
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")


def is_owner(text: str) -> bool:
    """Say whether a text is the login of an account that can own repositories."""
    return _OWNER.fullmatch(text) is not None


def is_login(text: str) -> bool:
    """Say whether a text is the login of an account, bots among them."""
    return _LOGIN.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Say whether a text is a repository's name, without its owner.

    ``.`` and ``..`` are refused: in an address they would lead to another path.
    """
    return _NAME.fullmatch(text) is not None and text not in {".", ".."}


def is_repository(text: str) -> bool:
    """Say whether a text is a repository's full name, ``owner/name``."""
    owner, slash, name = text.partition("/")
    return slash == "/" and is_owner(owner) and is_name(name)


def is_sha(text: str) -> bool:
    """Say whether a text is a whole commit id: 40 (SHA-1) or 64 (SHA-256) hexadecimals, lower case."""
    return _SHA.fullmatch(text) is not None


def is_branch(text: str) -> bool:
    """Say whether a text can be the name of a branch, without ``refs/heads/``.

    In particular it holds no colon and no two dots: where GitHub compares, those would name another repository, or
    another end. https://git-scm.com/docs/git-check-ref-format
    """
    return _BRANCH.fullmatch(text) is not None and _NO_BRANCH.search(text) is None


def read_number(text: str) -> int | None:
    """Read an id or number as it stands in an address: ASCII digits, 1 to 2^63-1. None when it is not one."""
    if _NUMBER.fullmatch(text) is None:
        return None
    number = int(text)
    return number if number <= MAX_ID else None
