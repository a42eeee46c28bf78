"""YAML 1.2 → plain data, in which every scalar is a string, and the line of every place in it.

The events of ruamel.yaml are enough for that, and nothing is built that the file did not spell out: aliases and tags
are refused where they stand, `1.10` and `NO` stay what they are, and reading ends at the first level too deep.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from om_selfcheck.catalogue.complaints import NotReadable, Remark, show

MAX_DEPTH = 12
MAX_EVENTS = 50_000  # a check of 160 measures has about 8,000

Plain = str | list["Plain"] | dict[str, "Plain"] | None
Place = tuple[str | int, ...]  # the way to a value: keys, and positions in lists

_NOWHERE = -1  # the step to what is read but not kept: keys, and values of keys that are no good


class Finding(NamedTuple):
    """Something in the file that YAML would allow and we do not."""

    line: int
    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Document:
    """The data of a file. None stands where an alias was refused; the findings say so."""

    data: Plain
    lines: dict[Place, int]
    findings: tuple[Finding, ...]

    def line_of(self, place: Place) -> int:
        """Return the line of a place, or of the nearest one around it: a missing key has none of its own."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def read_yaml(text: str) -> Document:
    """Return the one document in `text`, or raise NotReadable."""
    reader = _Reader(text)
    data = reader.read_document()
    return Document(data, reader.lines, tuple(reader.findings))


class _Reader:
    def __init__(self, text: str) -> None:
        self._events: Iterator[Event] = YAML(typ="base", pure=True).parse(text)
        self._line = 1
        self._count = 0
        self.lines: dict[Place, int] = {}
        self.findings: list[Finding] = []

    def read_document(self) -> Plain:
        self._next()
        start = self._next()
        if isinstance(start, StreamEndEvent):
            raise NotReadable(Remark(1, "is empty"))
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            self._find("directives such as %YAML or %TAG are not allowed", ())
        data = self._read_node((), self._next())
        self._next()
        if not isinstance(self._next(), StreamEndEvent):
            raise NotReadable(Remark(self._line, "a second document begins here; a file holds one questionnaire"))
        return data

    def _next(self) -> Event:
        try:
            event = next(self._events)
        except MarkedYAMLError as error:
            raise NotReadable(_explain(error, self._line)) from error
        except (YAMLError, ValueError, ArithmeticError) as error:
            raise NotReadable(Remark(self._line, "is not valid YAML from here on")) from error
        self._line = event.start_mark.line + 1
        self._count += 1
        if self._count > MAX_EVENTS:
            raise NotReadable(Remark(self._line, "has too many entries up to here"))
        return event

    def _find(self, message: str, place: Place) -> None:
        self.findings.append(Finding(self._line, message, place))

    def _read_node(self, place: Place, event: Event) -> Plain:
        """Return what stands at a place; its line is that of its key, if it has one."""
        self.lines.setdefault(place, self._line)
        if isinstance(event, AliasEvent):
            self._find(f"the alias {show(event.anchor)} is not allowed; write the text out", place)
            return None
        self._refuse_extras(place, event)
        if isinstance(event, ScalarEvent):
            return str(event.value)
        if len(place) >= MAX_DEPTH:
            raise NotReadable(Remark(self._line, f"is nested too deeply: more than {MAX_DEPTH} levels"))
        return self._read_list(place) if isinstance(event, SequenceStartEvent) else self._read_mapping(place)

    def _refuse_extras(self, place: Place, event: Event) -> None:
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self._find(f"the anchor {show(event.anchor)} is not allowed", place)
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            self._find(f"the tag {show(event.tag)} is not allowed", place)

    def _read_list(self, place: Place) -> list[Plain]:
        entries: list[Plain] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            entries.append(self._read_node((*place, len(entries)), event))
        return entries

    def _read_mapping(self, place: Place) -> dict[str, Plain]:
        mapping: dict[str, Plain] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            self._read_entry(mapping, place, event)
        return mapping

    def _read_entry(self, mapping: dict[str, Plain], place: Place, event: Event) -> None:
        """Add a key and its value; where the key is no good the value is read, and looked into no further."""
        line = self._line
        aside = (*place, _NOWHERE)
        key = self._read_node(aside, event)
        if not isinstance(key, str):
            self._read_node(aside, self._next())
            if key is not None:
                self.findings.append(Finding(line, "a key must be a plain word", place))
        elif key in mapping:
            self._read_node(aside, self._next())
            first = self.lines[*place, key]
            self.findings.append(Finding(line, f"the key {show(key)} stands twice, first in line {first}", place))
        else:
            self.lines[*place, key] = line
            mapping[key] = self._read_node((*place, key), self._next())


def _explain(error: MarkedYAMLError, line: int) -> Remark:
    mark, begin = error.problem_mark, error.context_mark
    context = f" ({error.context}, begun in line {begin.line + 1})" if error.context and begin else ""
    return Remark(mark.line + 1 if mark else line, f"is not valid YAML: {error.problem}{context}")
