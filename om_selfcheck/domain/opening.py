"""Insight into a frozen snapshot: what a company opens for one case, and what of it would strike others (D9).

The hints are those that the company saw before it issued. Our own proposals taken over unchanged never count, nor how
fast somebody rated.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from om_selfcheck.domain.action_plan import Action, Hint, give_hints
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.snapshot import Snapshot
from om_selfcheck.domain.text import comparison_key

OPEN_AT_MOST = timedelta(days=90)
OPEN_AS_PROPOSED = timedelta(weeks=4)
_TOLD_IN_A_CASE = (Hint.SAME_TEXT_TWICE, Hint.DUE_IN_THE_PAST, Hint.EVERYBODY_RESPONSIBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningTerms:
    """Which topics are open (none named: everything) and until when."""

    topics: tuple[str, ...]
    opened_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None

    def is_open_at(self, now: datetime) -> bool:
        """Say whether anything may be seen: not ended by hand and not past its end."""
        is_ended = self.ended_at is not None and self.ended_at <= now
        return not is_ended and now < self.ends_at

    @property
    def is_whole(self) -> bool:
        return not self.topics


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAction:
    action: Action
    hints: tuple[Hint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """What may be seen of a snapshot, and nothing else."""

    topics: tuple[str, ...]
    ratings: Mapping[str, NeedForAction]
    notes: Mapping[str, str]
    actions: tuple[OpenedAction, ...]
    is_whole: bool
    is_all_one_colour: bool


def is_until_allowed(until: date, today: date) -> bool:
    return today <= until <= today + OPEN_AT_MOST


def look_into(snapshot: Snapshot, questionnaire: Questionnaire, terms: OpeningTerms) -> Insight:
    """Cut a snapshot down to what was opened.

    Of single topics come their ratings and notes, and the actions that point to nothing outside of them. Whether all
    is of one colour is a hint about the whole only.
    """
    topics = [one for one in questionnaire.topics if terms.is_whole or one.ref in terms.topics]
    refs = {measure.ref for topic in topics for measure in topic.measures()}
    ratings = {ref: need for ref, need in snapshot.ratings.items() if ref in refs}
    actions = [one for one in snapshot.actions if terms.is_whole or (one.measure_refs and refs >= {*one.measure_refs})]
    hints = give_case_hints(actions, snapshot.issued_on, list_proposals(questionnaire))
    return Insight(
        topics=tuple(topic.ref for topic in topics),
        ratings=ratings,
        notes={ref: note for ref, note in snapshot.notes.items() if ref in refs},
        actions=tuple(OpenedAction(action=one, hints=found) for one, found in zip(actions, hints, strict=True)),
        is_whole=terms.is_whole,
        is_all_one_colour=terms.is_whole and is_all_one_colour(ratings),
    )


def is_all_one_colour(ratings: Mapping[str, NeedForAction]) -> bool:
    """Say whether more than one measure is rated and all alike. It is a hint: an honest check can look so (D2)."""
    return len(ratings) > 1 and len(set(ratings.values())) == 1


def list_proposals(questionnaire: Questionnaire) -> frozenset[str]:
    """Return our own proposals for actions, in the form in which texts are compared."""
    texts = (measure.first_step.description for measure in questionnaire.measures())
    return frozenset(comparison_key(words) for text in texts for words in (text.de, text.en))


def give_case_hints(plan: Sequence[Action], issued_on: date, proposals: Collection[str]) -> list[tuple[Hint, ...]]:
    """Return the hints of a plan as of the day of issue. A proposal of ours that stands there twice is no hint."""
    found = give_hints(plan, issued_on)
    return [
        tuple(hint for hint in hints if hint in _TOLD_IN_A_CASE and not _is_ours(action, hint, proposals))
        for action, hints in zip(plan, found, strict=True)
    ]


def _is_ours(action: Action, hint: Hint, proposals: Collection[str]) -> bool:
    return hint is Hint.SAME_TEXT_TWICE and comparison_key(action.description) in proposals
