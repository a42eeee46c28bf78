"""YAML 1.2 → plain data, in which every scalar is a string, and the line of every place in it.

The events of ruamel.yaml are enough for that, and nothing is built that the file did not spell out: aliases and tags
are refused where they stand, `1.10` and `NO` stay what they are, and reading ends at the first level too deep.
"""

from collections.abc import Iterator
from dataclasses import dataclass

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

Plain = str | list["Plain"] | dict[str, "Plain"] | None
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The data of a file. None stands where an alias was refused; the remarks say so."""

    data: Plain
    lines: dict[Place, int]
    remarks: tuple[Remark, ...]

    def line_of(self, place: Place) -> int:
        """Return the line of a place, or of the nearest one around it: a missing key has none of its own."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def read_yaml(text: str) -> Document:
    """Return the one document in `text`, or raise NotReadable."""
    reader = _Reader(text)
    data = reader.read_document()
    return Document(data, reader.lines, tuple(reader.remarks))


class _Reader:
    def __init__(self, text: str) -> None:
        self._events: Iterator[Event] = YAML(typ="base", pure=True).parse(text)
        self._line = 1
        self.lines: dict[Place, int] = {}
        self.remarks: list[Remark] = []

    def read_document(self) -> Plain:
        self._next()
        start = self._next()
        if isinstance(start, StreamEndEvent):
            raise NotReadable(Remark(1, "is empty"))
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            self._remark("directives such as %YAML or %TAG are not allowed")
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
        return event

    def _remark(self, message: str) -> None:
        self.remarks.append(Remark(self._line, message))

    def _read_node(self, place: Place, event: Event) -> Plain:
        """Return what stands at a place; its line is that of its key, if it has one."""
        self.lines.setdefault(place, self._line)
        if isinstance(event, AliasEvent):
            self._remark(f"the alias *{event.anchor} is not allowed; write the text out")
            return None
        self._refuse_extras(event)
        if isinstance(event, ScalarEvent):
            return str(event.value)
        if len(place) >= MAX_DEPTH:
            raise NotReadable(Remark(self._line, f"is nested too deeply: more than {MAX_DEPTH} levels"))
        return self._read_list(place) if isinstance(event, SequenceStartEvent) else self._read_mapping(place)

    def _refuse_extras(self, event: Event) -> None:
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self._remark(f"the anchor &{event.anchor} is not allowed")
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            self._remark(f"the tag {show(event.tag)} is not allowed")

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
        key = self._read_node((*place, ""), event)
        if not isinstance(key, str):
            self._read_node((*place, ""), self._next())
            if key is not None:
                self.remarks.append(Remark(line, "a key must be a plain word"))
        elif key in mapping:
            self._read_node((*place, ""), self._next())
            first = self.lines[*place, key]
            self.remarks.append(Remark(line, f"the key {show(key)} stands twice, first in line {first}"))
        else:
            self.lines[*place, key] = line
            mapping[key] = self._read_node((*place, key), self._next())


def _explain(error: MarkedYAMLError, line: int) -> Remark:
    mark, begin = error.problem_mark, error.context_mark
    context = f" ({error.context}, begun in line {begin.line + 1})" if error.context and begin else ""
    return Remark(mark.line + 1 if mark else line, f"is not valid YAML: {error.problem}{context}")
