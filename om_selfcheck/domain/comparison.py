"""Two versions of a check side by side: what a company that rated the older one finds in the newer (D6, P16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from om_selfcheck.domain.questionnaire import Measure, Questionnaire, Topic


class MeasureChange(StrEnum):
    """What became of a measure from one version to the next; refs are stable, so the same ref is the same measure."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NEW = "new"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What became of every measure of either version; `before` holds the older ones by ref, in their order."""

    changes: Mapping[str, MeasureChange]
    before: Mapping[str, Measure]
    dropped_topics: tuple[Topic, ...]

    def count(self, change: MeasureChange) -> int:
        return sum(found == change for found in self.changes.values())

    @property
    def is_any(self) -> bool:
        return any(found != MeasureChange.UNCHANGED for found in self.changes.values())

    def list_dropped(self, topic_ref: str) -> list[Measure]:
        """Return the measures that a topic has no more."""
        refs = (ref for ref, change in self.changes.items() if change == MeasureChange.DROPPED)
        return [self.before[ref] for ref in refs if topic_of(ref) == topic_ref]


def compare_versions(before: Questionnaire, after: Questionnaire, language: str) -> Comparison:
    """Compare two versions of one check as they read in a language."""
    older = {measure.ref: measure for measure in before.measures()}
    changes = {measure.ref: _find_change(older.get(measure.ref), measure, language) for measure in after.measures()}
    changes |= {ref: MeasureChange.DROPPED for ref in older if ref not in changes}
    dropped_topics = tuple(topic for topic in before.topics if after.find_topic(topic.ref) is None)
    return Comparison(changes=changes, before=older, dropped_topics=dropped_topics)


def topic_of(measure_ref: str) -> str:
    """Return the topic's ref, with which the measure's begins.

    >>> topic_of("2.3.b")
    '2'
    """
    return measure_ref.partition(".")[0]


def _find_change(older: Measure | None, newer: Measure, language: str) -> MeasureChange:
    if older is None:
        return MeasureChange.NEW
    is_same = _wording(older, language) == _wording(newer, language)
    return MeasureChange.UNCHANGED if is_same else MeasureChange.CHANGED


def _wording(measure: Measure, language: str) -> tuple[str, str]:
    """Return what people go by when they rate: the practice and what good looks like, not the proposed first step."""
    return measure.practice.in_language(language), measure.good.in_language(language)
