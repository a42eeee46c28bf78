"""The action plan: what makes an action complete (R05 to R10, D1, D4), its order, and hints on its quality."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from om_selfcheck.domain.questionnaire import Measure
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.text import clean_line, comparison_key, has_letter

TITLE_LENGTH = 80
MOST_ACTIONS = 100  # in a plan; more cannot be worked through, nor printed in good time


class Urgency(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class ActionField(StrEnum):
    """What an action needs to be complete, in the order it is asked."""

    DESCRIPTION = "description"
    URGENCY = "urgency"
    RESPONSIBLE = "responsible"
    DUE_ON = "due_on"
    FOLLOW_UP = "follow_up"
    FOLLOW_UP_ON = "follow_up_on"


class Hint(StrEnum):
    """What others would notice about an action. A hint never blocks."""

    SAME_TEXT_TWICE = "same_text_twice"
    DUE_IN_THE_PAST = "due_in_the_past"
    DUE_AT_ONCE = "due_at_once"
    FOLLOW_UP_BEFORE_DUE = "follow_up_before_due"
    EVERYBODY_RESPONSIBLE = "everybody_responsible"


EVERYBODY = frozenset(
    {
        "alle",
        "alle mitarbeiter",
        "alle mitarbeitenden",
        "jede",
        "jeder",
        "wir",
        "wir alle",
        "niemand",
        "team",
        "das team",
        "all",
        "all staff",
        "all employees",
        "everybody",
        "everyone",
        "anyone",
        "we",
        "nobody",
        "the team",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One entry of the plan; any field may still be empty while the company works on it.

    `measure_refs` may name any number of measures, also none, also green ones (D4).
    """

    title: str = ""
    description: str = ""
    urgency: Urgency | None = None
    responsible: str = ""
    due_on: date | None = None
    follow_up: str = ""
    follow_up_on: date | None = None
    measure_refs: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[ActionField, ...]:
        """The fields that keep this action from being complete (R06 to R10)."""
        is_given = {
            ActionField.DESCRIPTION: has_letter(self.description),
            ActionField.URGENCY: self.urgency is not None,
            ActionField.RESPONSIBLE: has_letter(self.responsible),
            ActionField.DUE_ON: self.due_on is not None,
            ActionField.FOLLOW_UP: has_letter(self.follow_up),
            ActionField.FOLLOW_UP_ON: self.follow_up_on is not None,
        }
        return tuple(field for field in ActionField if not is_given[field])

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def heading(self) -> str:
        """The title, or where it was left blank the beginning of the description (D4)."""
        return self.title if has_letter(self.title) else shorten(self.description)


def shorten(text: str, length: int = TITLE_LENGTH) -> str:
    """Return one line of at most `length` characters, cut between words.

    >>> shorten("Offene Posten jeden Montag durchgehen", 20)
    'Offene Posten jeden…'
    """
    line = clean_line(text)
    if len(line) <= length:
        return line
    head = line[: length - 1]
    cut = head.rfind(" ") if line[length - 1] != " " else length - 1
    return (head[:cut] if cut > 0 else head).rstrip() + "…"


def count_complete(plan: Iterable[Action]) -> int:
    """Count the complete actions; the same text counts once (D4)."""
    return len({comparison_key(action.description) for action in plan if action.is_complete})


def by_urgency(plan: Iterable[Action]) -> list[Action]:
    """Order a plan by urgency, then date; what has neither comes last."""
    urgencies = list(Urgency)
    return sorted(
        plan,
        key=lambda action: (
            urgencies.index(action.urgency) if action.urgency else len(urgencies),
            action.due_on or date.max,
        ),
    )


def give_hints(plan: Sequence[Action], today: date) -> list[tuple[Hint, ...]]:
    """Return for each action of the plan, in its order, what others would notice about it."""
    times = Counter(comparison_key(action.description) for action in plan if has_letter(action.description))
    return [_hints(action, today, is_repeated=times[comparison_key(action.description)] > 1) for action in plan]


def _hints(action: Action, today: date, *, is_repeated: bool) -> tuple[Hint, ...]:
    due_on, follow_up_on = action.due_on, action.follow_up_on
    applies = {
        Hint.SAME_TEXT_TWICE: is_repeated,
        Hint.DUE_IN_THE_PAST: due_on is not None and due_on < today,
        Hint.DUE_AT_ONCE: due_on == today,
        Hint.FOLLOW_UP_BEFORE_DUE: due_on is not None and follow_up_on is not None and follow_up_on < due_on,
        Hint.EVERYBODY_RESPONSIBLE: comparison_key(action.responsible) in EVERYBODY,
    }
    return tuple(hint for hint in Hint if applies[hint])


def propose_measures(
    measures: Iterable[Measure], ratings: Mapping[str, NeedForAction], planned: Iterable[str]
) -> dict[NeedForAction, list[Measure]]:
    """Return the rated measures that no action points to yet, by need: red, yellow, then green to build on."""
    taken = frozenset(planned)
    proposals: dict[NeedForAction, list[Measure]] = {need: [] for need in NeedForAction}
    for measure in measures:
        need = ratings.get(measure.ref)
        if need is not None and measure.ref not in taken:
            proposals[need].append(measure)
    return proposals


def first_steps(measures: Iterable[Measure], ratings: Mapping[str, NeedForAction], at_most: int = 3) -> list[Measure]:
    """Return up to three measures of a topic to begin with: red, then yellow; failing those, green to build on."""
    proposals = propose_measures(measures, ratings, ())
    needed = [*proposals[NeedForAction.URGENT], *proposals[NeedForAction.SOME]]
    return (needed or proposals[NeedForAction.NONE])[:at_most]
