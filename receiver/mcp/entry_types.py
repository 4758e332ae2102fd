"""What entries of a log hold, in as few words as agents can do with: made from the registry, so that it never drifts.

A field without a word behind it is a text; ``?`` marks what may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, RootModel

from resolver.reports.contents import Address, ShortSha
from resolver.reports.registry import WRITABLE, EntryKind, Family
from resolver.values import RepositoryName, Sha

TEXT: Final = "text"
_RULES: Final = ((RepositoryName, "owner/name"), (Sha, "whole sha"), (ShortSha, "sha"), (Address, "URL"))
"""Kinds of texts that have a rule of their own, and how they are called."""
_PLAIN: Final = {str: TEXT, bool: "bool", int: "int", NoneType: ""}

_FAMILIES: Final = (
    (Family.STATUS, "the newest counts"),
    (Family.KEYED, "the newest of each signal_id counts"),
    (Family.LOG, "all count"),
)


def entry_types(kinds: Iterable[EntryKind] = WRITABLE) -> str:
    """Return the types that may be written, each with its content; a line for each family."""
    told = tuple(kinds)
    lines = (
        f"{rule}: " + "; ".join(f"{kind.name} {content_of(kind.model)}" for kind in told if kind.family is family)
        for family, rule in _FAMILIES
    )
    return "\n".join(lines)


def content_of(model: type[BaseModel]) -> str:
    """Return the shape of a content, as ``{field, field?: bool}``."""
    if issubclass(model, RootModel):
        return _shape(model.model_fields["root"].annotation)
    hints = get_type_hints(model, include_extras=True)
    fields = (
        _field(name if field.is_required() else f"{name}?", _shape(hints[name]))
        for name, field in model.model_fields.items()
    )
    return f"{{{', '.join(fields)}}}"


def _field(name: str, shape: str) -> str:
    return name if shape in {TEXT, name} else f"{name}: {shape}"


def _shape(hint: Any) -> str:  # noqa: ANN401 - any annotation of a model
    """Return the shape of what an annotation allows. Raises TypeError for one that agents cannot be told of yet."""
    ruled = next((name for alias, name in _RULES if hint == alias), None)
    if ruled is not None:
        return ruled
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _shape(parts[0])
    if origin is Literal:
        return "|".join(parts)
    if origin in {Union, UnionType}:
        return "|".join(filter(None, map(_shape, parts)))
    if origin is tuple:
        return f"[{_shape(parts[0])}]"
    if origin is dict:
        return f"{{{_shape(parts[0])}: {_shape(parts[1])}}}"
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return content_of(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    raise TypeError(f"there are no words for {hint!r}")
