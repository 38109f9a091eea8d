"""What `to_data` wrote, back into the frozen dataclasses it came from."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Read = Callable[[Any], Any]


def from_data(kind: type[T], data: Any) -> T:
    """An instance of `kind`; KeyError, TypeError or ValueError where the data are of another shape.

    Fields that the data lack keep their defaults; what the class no longer knows is dropped.
    """
    reader: Any = _reader
    value: T = reader(kind)(data)
    return value


def _as_is(value: Any) -> Any:
    return value


@lru_cache(maxsize=256)
def _reader(kind: Any) -> Read:
    origin = get_origin(kind)
    if origin is tuple:
        return _tuple_reader(get_args(kind))
    if origin in (Union, types.UnionType):
        return _optional_reader(get_args(kind))
    if origin is Literal or kind in (str, bool, int, Any):
        return _as_is
    if kind is float:
        return float
    if kind in (date, datetime):
        read: Read = kind.fromisoformat
        return read
    if kind is Decimal or (isinstance(kind, type) and issubclass(kind, Enum)):
        return kind
    if is_dataclass(kind):
        return _class_reader(kind)
    raise TypeError(f"cannot decode {kind}")


def _tuple_reader(parts: tuple[Any, ...]) -> Read:
    if len(parts) == 2 and parts[1] is Ellipsis:
        item = _reader(parts[0])
        return tuple if item is _as_is else lambda values: tuple([item(v) for v in values])
    items = [_reader(part) for part in parts]
    return lambda values: tuple([read(v) for read, v in zip(items, values, strict=True)])


def _optional_reader(parts: tuple[Any, ...]) -> Read:
    inner = [part for part in parts if part is not type(None)]
    if len(inner) != 1:
        raise TypeError(f"cannot decode a choice of {inner}")
    read = _reader(inner[0])
    return lambda value: None if value is None else read(value)


def _class_reader(kind: Any) -> Read:
    hints = get_type_hints(kind)
    known = [(f.name, _reader(hints[f.name])) for f in fields(kind)]

    def read(data: Any) -> Any:
        return kind(**{name: item(data[name]) for name, item in known if name in data})

    return read
