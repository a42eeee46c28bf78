"""A renewal (D6): which declaration the new one replaces (D8), and what changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from om_selfcheck.domain.comparison import topic_of
from om_selfcheck.domain.declaration import DeclarationStatus, SelfDeclaration
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction, RatingCounts, count_ratings


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousAction:
    """What had become of an action of the last plan; `is_taken_over` says that the new plan goes on with it."""

    key: str
    heading: str
    state: ActionState
    is_taken_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousRound:
    """What a declaration freezes of the one it replaces, so that its annex can be printed for years (D7)."""

    number: str
    issued_on: date
    version: str
    content_hash: str
    topics: Mapping[str, RatingCounts]
    actions: tuple[PreviousAction, ...]


@dataclass(frozen=True, slots=True)
class TopicChange:
    """A topic's counts then and now; None where one of the two versions has no such topic."""

    ref: str
    then: RatingCounts | None
    now: RatingCounts | None


def may_be_replaced(*, is_same_company: bool, is_same_check: bool, older: SelfDeclaration, today: date) -> bool:
    """Say whether a new declaration takes the place of an older one (D8).

    1. Both belong to the same company and to the same check, in whatever version.
    2. The older one holds or has expired. What was withdrawn stays withdrawn, what was replaced stays replaced.
    """
    is_standing = older.status_on(today) in (DeclarationStatus.VALID, DeclarationStatus.EXPIRED)
    return is_same_company and is_same_check and is_standing


def count_topics(ratings: Mapping[str, NeedForAction]) -> dict[str, RatingCounts]:
    """Count a complete round by topic."""
    refs: dict[str, list[str]] = {}
    for ref in ratings:
        refs.setdefault(topic_of(ref), []).append(ref)
    return {topic: count_ratings(measures, ratings) for topic, measures in refs.items()}


def list_changes(
    previous: PreviousRound, questionnaire: Questionnaire, ratings: Mapping[str, NeedForAction]
) -> list[TopicChange]:
    """Put then and now side by side: the topics of the newer version in its order, then those it has no more."""
    now = {
        topic.ref: count_ratings([measure.ref for measure in topic.measures()], ratings)
        for topic in questionnaire.topics
    }
    gone = sorted(previous.topics.keys() - now.keys(), key=int)
    return [TopicChange(ref, previous.topics.get(ref), now.get(ref)) for ref in (*now, *gone)]
