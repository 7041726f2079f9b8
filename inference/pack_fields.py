"""Reads single fields of a pack.toml, and says in words for the user what is wrong with one.

A pack comes from anywhere, so nothing in it is believed: every field has a type and a range. Raises `WrongField` only.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

_T = TypeVar("_T", str, int, float, bool)


class WrongField(Exception):
    """A field of pack.toml is missing or wrong; the text is the second half of a sentence."""


def table_at(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A table within a table."""
    value = table.get(key)
    if not isinstance(value, dict):
        raise WrongField(f"pack.toml has no [{key}]")
    return value


def field(table: Mapping[str, Any], key: str, kind: type[_T], default: _T | None = None) -> _T:
    """A value of one type; a whole number may stand for a fraction. Without a default it must be there."""
    value = table.get(key, default)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise WrongField(f"“{key}” in pack.toml is missing or wrong")
    return value


def one_of(table: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    """A word out of those that this version knows."""
    value = field(table, key, str)
    if value not in allowed:
        raise WrongField(f"“{key}” in pack.toml is “{value}”, and this version knows only {', '.join(allowed)}")
    return value


def share(table: Mapping[str, Any], key: str, default: float) -> float:
    """A number, at least 0 and below 1."""
    value = field(table, key, float, default)
    if not 0 <= value < 1:
        raise WrongField(f"“{key}” in pack.toml must be at least 0 and below 1")
    return value


def pixels(table: Mapping[str, Any], key: str) -> int:
    """A side in pixels, 1 to 8192."""
    value = field(table, key, int)
    if not 1 <= value <= 8192:
        raise WrongField(f"“{key}” in pack.toml must be 1 to 8192")
    return value


def channels(table: Mapping[str, Any], key: str) -> tuple[float, float, float]:
    """Three numbers, one for each colour; a deviation is not 0."""
    value = table.get(key)
    if not isinstance(value, list) or len(value) != 3 or not all(type(each) in (int, float) for each in value):
        raise WrongField(f"“{key}” in pack.toml must be three numbers")
    if key == "deviation" and 0 in value:
        raise WrongField("“deviation” in pack.toml must not be 0")
    red, green, blue = value
    return float(red), float(green), float(blue)


def tile_counts(table: Mapping[str, Any]) -> tuple[int, ...]:
    """How many parts a side is cut into, 2 to 8, for each size of parts; none where it is not there."""
    value = table.get("tiles", [])
    if not isinstance(value, list) or not all(type(each) is int and 2 <= each <= 8 for each in value):
        raise WrongField("“tiles” in pack.toml must be a list of numbers from 2 to 8")
    return tuple(value)


def plain_name(name: str) -> str:
    """The name of a file in the same folder, and nothing that leads elsewhere."""
    if not name or name in (".", "..") or any(sign in name for sign in "/\\:\0"):
        raise WrongField(f"“{name}” isn't a plain file name")
    return name


def names(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of names; empty where there is none."""
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise WrongField(f"“{key}” in pack.toml must be a list of names")
    return tuple(value)


def shares(table: Mapping[str, Any], key: str, count: int) -> tuple[float, ...]:
    """As many shares 0..1 as there are sizes."""
    value = table.get(key, [])
    if not isinstance(value, list) or len(value) != count or not all(type(s) is float and 0 <= s < 1 for s in value):
        raise WrongField(f"“{key}” in pack.toml must be a list of {count} shares from 0 to 1")
    return tuple(value)
