"""A questionnaire: topics, checkpoints and the measures that are rated (R01 to R04, D3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in every language the product speaks."""

    de: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.de


@dataclass(frozen=True, slots=True)
class FirstStep:
    """How a firm begins with a measure: ready to become an action of the plan."""

    title: Text
    description: Text
    follow_up: Text


@dataclass(frozen=True, slots=True)
class Measure:
    """A practice or process, the single thing that is rated. `ref` such as ``2.3.b`` is stable over versions."""

    ref: str
    practice: Text
    good: Text
    first_step: FirstStep


@dataclass(frozen=True, slots=True)
class Aid:
    """A template or guide by somebody else that helps with a checkpoint."""

    title: Text
    publisher: str
    address: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    ref: str
    title: Text
    question: Text
    measures: tuple[Measure, ...]
    aids: tuple[Aid, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the check; `minutes` is the honest time to rate it."""

    ref: str
    title: Text
    benefit: Text
    minutes: int
    checkpoints: tuple[Checkpoint, ...]

    def measures(self) -> tuple[Measure, ...]:
        return tuple(measure for checkpoint in self.checkpoints for measure in checkpoint.measures)


@dataclass(frozen=True)
class Questionnaire:
    """One published version of a check. `content_hash` is the SHA-256 of what it says (P16)."""

    slug: str
    version: str
    publisher: str
    licence: str
    title: Text
    summary: Text
    content_hash: str
    topics: tuple[Topic, ...]

    def measures(self) -> Iterator[Measure]:
        for topic in self.topics:
            yield from topic.measures()

    @cached_property
    def measure_refs(self) -> frozenset[str]:
        return frozenset(measure.ref for measure in self.measures())

    @property
    def size(self) -> int:
        """How many measures there are to rate."""
        return len(self.measure_refs)

    @property
    def minutes(self) -> int:
        return sum(topic.minutes for topic in self.topics)

    def find_topic(self, ref: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.ref == ref), None)

    def find_measure(self, ref: str) -> Measure | None:
        return next((measure for measure in self.measures() if measure.ref == ref), None)

    def topic_of(self, measure_ref: str) -> Topic:
        """Return the topic a measure belongs to; KeyError if there is no such measure."""
        for topic in self.topics:
            if any(measure.ref == measure_ref for measure in topic.measures()):
                return topic
        raise KeyError(measure_ref)
