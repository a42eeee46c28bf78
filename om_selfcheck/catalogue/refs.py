"""Refs such as ``2.3.b``: their form, their descent, and which one a place belongs to."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from om_selfcheck.catalogue.complaints import show
from om_selfcheck.catalogue.yaml_reader import Document, Place, Plain

_NUMBER = "[1-9][0-9]{0,2}"


class _Level(NamedTuple):
    key: str
    pattern: re.Pattern[str]
    example: str


_LEVELS = (
    _Level("topics", re.compile(_NUMBER), "2"),
    _Level("checkpoints", re.compile(rf"{_NUMBER}\.{_NUMBER}"), "2.3"),
    _Level("measures", re.compile(rf"{_NUMBER}\.{_NUMBER}\.[a-z]"), "2.3.b"),
)
_PATTERNS: dict[str | int, re.Pattern[str]] = {level.key: level.pattern for level in _LEVELS}


class _Found(NamedTuple):
    place: Place
    ref: str
    level: _Level
    parent: str


def check_refs(document: Document) -> Iterator[tuple[Place, str]]:
    """Yield every ref of the wrong form, in the wrong place or used before, whatever else is wrong with the file."""
    first_places: dict[str, Place] = {}
    for place, ref, level, parent in _find_refs(document.data, (), _LEVELS, ""):
        if not level.pattern.fullmatch(ref):
            yield place, f'{show(ref)} must look like "{level.example}"'
        elif not ref.startswith(parent):
            yield place, f"{show(ref)} must begin with {show(parent)}"
        if (first := first_places.setdefault(ref, place)) != place:
            yield place, f"{show(ref)} stands twice, first in line {document.line_of(first)}"


def _find_refs(data: Plain, place: Place, levels: tuple[_Level, ...], parent: str) -> Iterator[_Found]:
    if not levels or not isinstance(data, dict):
        return
    level, *deeper = levels
    entries = data.get(level.key)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        ref = entry.get("ref") if isinstance(entry, dict) else None
        here = (*place, level.key, index)
        if isinstance(ref, str):
            yield _Found((*here, "ref"), ref, level, parent)
        yield from _find_refs(entry, here, tuple(deeper), _prefix(ref, level))


def _prefix(ref: Plain, level: _Level) -> str:
    """Return what the refs below begin with; where the ref itself is no good they are not blamed for it."""
    return f"{ref}." if isinstance(ref, str) and level.pattern.fullmatch(ref) else ""


def split_at_ref(data: Plain, place: Place) -> tuple[str, Place]:
    """Return the nearest good ref around a place, and the rest of the way from there."""
    nearest, rest = "", place
    for depth, step in enumerate(place):
        data = _step_into(data, step)
        ref = data.get("ref") if isinstance(data, dict) else None
        pattern = _PATTERNS.get(place[depth - 1]) if isinstance(step, int) else None
        if pattern and isinstance(ref, str) and pattern.fullmatch(ref):
            nearest, rest = ref, place[depth + 1 :]
    return nearest, rest


def _step_into(data: Plain, step: str | int) -> Plain:
    if isinstance(data, list) and isinstance(step, int):
        return data[step]
    return data.get(step) if isinstance(data, dict) and isinstance(step, str) else None
