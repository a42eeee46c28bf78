"""The documents: what each prints, and the function that makes it.

Values come in as they are to be printed; which words and dates they become depends on the language only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from om_selfcheck.domain.action_plan import Action, Urgency, by_urgency, shorten
from om_selfcheck.domain.comparison import MeasureChange
from om_selfcheck.domain.correction import Correction
from om_selfcheck.domain.declaration import DeclarationDetails
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.questionnaire import Language
from om_selfcheck.domain.rating import NeedForAction, RatingCounts
from om_selfcheck.domain.renewal import PreviousAction
from om_selfcheck.i18n.formats import day, short_day
from om_selfcheck.i18n.labels import label
from om_selfcheck.pdf.renderer import make_pdf
from om_selfcheck.services.case_letters import CaseLetter

CORRECTIONS_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEdition:
    """Which check, in the words of the document's language. Questions by OM or INQA themselves are not independent."""

    title: str
    version: str
    publisher: str
    is_independent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationDocument:
    """The self-declaration on one page. `address` is where its number is looked up, printed and as QR code.

    `replaced_number` was issued on `replaced_on`, where this one takes the place of an older one. `details` are as they
    stand after all `corrections`.
    """

    check: CheckEdition
    content_hash: str
    details: DeclarationDetails
    measures: int
    complete_actions: int
    number: str
    address: str
    issued_on: date
    valid_until: date
    replaced_number: str = ""
    replaced_on: date | None = None
    corrections: tuple[Correction, ...] = ()

    @property
    def newest_corrections(self) -> tuple[Correction, ...]:
        """The corrections that the page names one by one, the newest first; the number's page lists all."""
        return self.corrections[::-1][:CORRECTIONS_NAMED]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCounts:
    ref: str
    title: str
    counts: RatingCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsDocument:
    """The topics with their counts. `number` belongs to the declaration, if there is one; `stated_on` is the day."""

    check: CheckEdition
    company_name: str
    stated_on: date
    topics: tuple[TopicCounts, ...]
    number: str = ""

    @property
    def total(self) -> RatingCounts:
        return add_counts(topic.counts for topic in self.topics)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicThenAndNow:
    """A topic's counts in two declarations; None where one of the two versions has no such topic."""

    ref: str
    title: str
    then: RatingCounts | None
    now: RatingCounts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesDocument:
    """What changed since the declaration that this one replaces: counts by topic, and what became of the actions.

    `measures` says how many measures of the check are new, changed and dropped where the version is another one.
    """

    check: CheckEdition
    company_name: str
    stated_on: date
    number: str
    previous_number: str
    previous_on: date
    previous_version: str
    topics: tuple[TopicThenAndNow, ...]
    actions: tuple[PreviousAction, ...]
    measures: Mapping[MeasureChange, int]

    @property
    def total_then(self) -> RatingCounts:
        return add_counts(topic.then for topic in self.topics if topic.then)

    @property
    def total_now(self) -> RatingCounts:
        return add_counts(topic.now for topic in self.topics if topic.now)

    def list_actions(self, state: ActionState) -> list[PreviousAction]:
        return [action for action in self.actions if action.state is state]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """The whole action plan. `practices` says what the measures are that the actions point to, by ref."""

    check: CheckEdition
    company_name: str
    stated_on: date
    actions: tuple[Action, ...]
    practices: Mapping[str, str]
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MondayStep:
    """A first step, planned or proposed; `responsible` and `due_on` are lines to write on where nothing is planned."""

    title: str
    description: str
    need: NeedForAction
    is_planned: bool = False
    responsible: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MondayDocument:
    """Up to three first steps of one topic, to pin up: red and yellow ones, or green ones to build on."""

    check: CheckEdition
    topic: TopicCounts
    steps: tuple[MondayStep, ...]
    stated_on: date
    company_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLetter:
    """A letter about a case, for the post. `lost_link` is where a lost link is asked for, as it is printed.

    Without a confirmed address it is empty: nothing would come of asking. `imprint` says how to reach the office,
    `answer_to` is where somebody without a link writes to; empty where the operator named no address.
    """

    letter: CaseLetter
    company_name: str
    signatory_name: str
    street: str
    postal_code: str
    city: str
    lost_link: str
    imprint: str
    answer_to: str


def render_audit_letter(document: AuditLetter, language: Language, *, operator_name: str) -> bytes:
    return render_document("audit_letter", document, language, facts=document.letter, operator_name=operator_name)


class Paper(StrEnum):
    """The sizes that a poster comes in."""

    A4 = "a4"
    A5 = "a5"


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterDocument:
    """A network's invitation to pin up. `check` is None where the company chooses; then all are by `publisher`.

    `address` is the QR code's, `short_address` the same one to be typed.
    """

    network_name: str
    contact: str
    check: CheckEdition | None
    minutes: int
    publisher: str
    address: str
    short_address: str
    expires_on: date | None
    stated_on: date


def render_declaration(document: DeclarationDocument, language: Language) -> bytes:
    return render_document("declaration", document, language, has_one_page=True, qr_code=draw_qr_code(document.address))


def render_topics(document: TopicsDocument, language: Language) -> bytes:
    return render_document(
        "topics", document, language, places=squares_in_a_row([topic.counts for topic in document.topics])
    )


def render_changes(document: ChangesDocument, language: Language) -> bytes:
    sides = [side for topic in document.topics for side in (topic.then, topic.now) if side]
    states = (ActionState.DONE, ActionState.IN_PROGRESS, ActionState.OPEN, ActionState.DROPPED)
    return render_document("changes", document, language, places=squares_in_a_row(sides), states=states)


def render_plan(document: PlanDocument, language: Language) -> bytes:
    numbered = enumerate(by_urgency(document.actions), start=1)
    groups = groupby(numbered, key=lambda entry: entry[1].urgency)
    return render_document(
        "plan", document, language, groups=[(urgency, tuple(entries)) for urgency, entries in groups]
    )


def render_monday(document: MondayDocument, language: Language) -> bytes:
    return render_document("monday", document, language, has_one_page=True)


def render_poster(document: PosterDocument, language: Language, paper: Paper) -> bytes:
    qr_code = draw_qr_code(document.address)
    return render_document("poster", document, language, has_one_page=True, qr_code=qr_code, paper=paper)


def add_counts(counts: Iterable[RatingCounts]) -> RatingCounts:
    listed = list(counts)
    return RatingCounts(
        urgent=sum(one.urgent for one in listed),
        some=sum(one.some for one in listed),
        none=sum(one.none for one in listed),
        total=sum(one.total for one in listed),
    )


def squares_in_a_row(counts: Sequence[RatingCounts]) -> int:
    """Return the length of the rows of squares, the same for all topics: enough for most, never too small to see."""
    longest = max((one.total for one in counts), default=0)
    return min(20, max(14, longest))


def draw_qr_code(address: str) -> Markup:
    """Return the address as QR code in SVG, without the quiet zone: the stylesheet leaves four modules of paper."""
    import segno

    code = segno.make_qr(address, error="m")
    return Markup(code.svg_inline(border=0, omitsize=True, svgclass="qr-code", lineclass=None, title=address))  # noqa: S704  # segno escapes the title


def render_document(
    name: str,
    document: object,
    language: Language,
    *,
    has_one_page: bool = False,
    **values: Any,  # noqa: ANN401 - whatever the template needs
) -> bytes:
    """Fill the template in its language, with exactly the functions and enums that templates may use."""
    with force_locale(language):
        html = render_template(
            f"pdf/{name}/document.html",
            document=document,
            language=language,
            day=day,
            short_day=short_day,
            label=label,
            shorten=shorten,
            needs=tuple(NeedForAction),
            urgencies=tuple(Urgency),
            **values,
        )
    return make_pdf(html, document=name, has_one_page=has_one_page)
