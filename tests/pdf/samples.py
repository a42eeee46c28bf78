"""Fixed values for every document, and what a PDF says."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import UUID

from pypdf import PdfReader

from om_selfcheck.domain.action_plan import Action, Urgency
from om_selfcheck.domain.audit import Occasion
from om_selfcheck.domain.comparison import MeasureChange
from om_selfcheck.domain.correction import Correction, Step, follow_corrections
from om_selfcheck.domain.declaration import DeclarationDetails, WithdrawalReason
from om_selfcheck.domain.declaration_number import make_number
from om_selfcheck.domain.progress import ActionState
from om_selfcheck.domain.rating import NeedForAction, RatingCounts
from om_selfcheck.domain.renewal import PreviousAction
from om_selfcheck.domain.statistics.batches import AnswerBatch, ProgressBatch
from om_selfcheck.domain.statistics.stages import StageCounts
from om_selfcheck.domain.statistics.weeks import Week
from om_selfcheck.pdf.documents import (
    CORRECTIONS_NAMED,
    AuditLetter,
    ChangesDocument,
    CheckEdition,
    DeclarationDocument,
    MondayDocument,
    MondayStep,
    Paper,
    PlanDocument,
    PosterDocument,
    TopicCounts,
    TopicsDocument,
    TopicThenAndNow,
    render_audit_letter,
    render_changes,
    render_declaration,
    render_monday,
    render_plan,
    render_poster,
    render_topics,
)
from om_selfcheck.pdf.network_report import NetworkReport, render_network_report
from om_selfcheck.services.answers import make_answers
from om_selfcheck.services.case_letters import CaseLetter
from om_selfcheck.services.published_figures import Published
from om_selfcheck.services.stages import ShownGroup
from tests.builders import make_questionnaire, make_topic

DAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
NUMBER = make_number(0x1234567890ABCDEF12345)
CHECK = CheckEdition(title="Unternehmenscheck", version="1.0", publisher="Redaktion OM-Selbstcheck")
DETAILS = DeclarationDetails(
    company_name="Malerbetrieb Łucja Beck GmbH",
    street="Hafenstraße 12",
    postal_code="18439",
    city="Stralsund",
    signatory_name="Alma Beck",
    signatory_function="Geschäftsführerin",
    place="Stralsund",
)
DECLARATION = DeclarationDocument(
    check=CHECK,
    content_hash="3f9ac1d27be84410" * 4,
    details=DETAILS,
    measures=154,
    complete_actions=12,
    number=NUMBER,
    address=f"https://check.example.org/verify/{NUMBER}",
    issued_on=DAY,
    valid_until=date(2028, 11, 21),
)
TOPICS = TopicsDocument(
    check=CHECK,
    company_name=DETAILS.company_name,
    stated_on=DAY,
    topics=(
        TopicCounts(ref="1", title="Strategie und Ziele", counts=RatingCounts(2, 5, 7, 14)),
        TopicCounts(ref="2", title="Kunden gewinnen und halten", counts=RatingCounts(0, 3, 11, 14)),
        TopicCounts(ref="3", title="Beschaffung", counts=RatingCounts(4, 0, 8, 13)),
    ),
    number=NUMBER,
)
PREVIOUS_NUMBER = make_number(0x0FEDCBA0987654321ABCD)
CORRECTIONS = follow_corrections(
    DETAILS,
    [
        Step(at=AT, is_by_office=False, note="", values={"company_name": "Malerei Łucja Beck", "city": "Celle"}),
        Step(at=AT + timedelta(days=9), is_by_office=True, note="Brief", values={"signatory_name": "Ł. Beck"}),
    ],
)
CORRECTED = replace(DECLARATION, details=CORRECTIONS[-1].after, corrections=CORRECTIONS)
RENEWED = replace(DECLARATION, replaced_number=PREVIOUS_NUMBER, replaced_on=date(2024, 11, 20))
CHANGES = ChangesDocument(
    check=replace(CHECK, version="1.1"),
    company_name=DETAILS.company_name,
    stated_on=DAY,
    number=NUMBER,
    previous_number=PREVIOUS_NUMBER,
    previous_on=date(2024, 11, 20),
    previous_version="1.0",
    topics=(
        TopicThenAndNow(
            ref="1", title="Strategie und Ziele", then=RatingCounts(4, 6, 4, 14), now=RatingCounts(2, 5, 7, 14)
        ),
        TopicThenAndNow(ref="2", title="Beschaffung", then=None, now=RatingCounts(0, 3, 11, 14)),
        TopicThenAndNow(ref="3", title="Ausbildung", then=RatingCounts(1, 0, 2, 3), now=None),
    ),
    actions=(
        PreviousAction(key="a", heading="Offene Posten montags durchgehen", state=ActionState.DONE),
        PreviousAction(key="b", heading="Vertretung regeln", state=ActionState.OPEN, is_taken_over=True),
        PreviousAction(key="c", heading="Zweiten Anbieter suchen", state=ActionState.DROPPED),
        PreviousAction(key="d", heading="Karten ans Fach hängen", state=ActionState.DONE),
        PreviousAction(key="e", heading="", state=ActionState.IN_PROGRESS),
    ),
    measures={
        MeasureChange.UNCHANGED: 12,
        MeasureChange.CHANGED: 2,
        MeasureChange.NEW: 14,
        MeasureChange.DROPPED: 3,
    },
)
LIST = Action(
    title="Nachbestellkarten einführen",
    description="Mit zwei aus dem Team die Artikel aufschreiben, deren Fehlen Arbeit aufhält.\nKarten ans Fach hängen.",
    urgency=Urgency.MEDIUM,
    responsible="Büroleitung",
    due_on=date(2027, 1, 15),
    follow_up="Acht Wochen lang eine Strichliste führen.",
    follow_up_on=date(2027, 3, 15),
    measure_refs=("3.1.a", "3.2.b"),
)
PLAN = PlanDocument(
    check=CHECK,
    company_name=DETAILS.company_name,
    stated_on=DAY,
    actions=(
        LIST,
        replace(LIST, title="Vertretung regeln", urgency=Urgency.HIGH, due_on=date(2027, 2, 1), measure_refs=()),
        replace(LIST, title="", description="Lager aufräumen", urgency=Urgency.LOW, measure_refs=("3.9.z",)),
        replace(LIST, title="Aushang erneuern", urgency=Urgency.HIGH, due_on=date(2026, 12, 1), measure_refs=()),
    ),
    practices={
        "3.1.a": "Für alles, ohne das die Arbeit stehen bleibt, ist ein Mindestbestand festgelegt.",
        "3.2.b": "Für Wichtiges gibt es einen zweiten Anbieter.",
    },
    number=NUMBER,
)
STEP = MondayStep(
    title="Nachbestellkarten einführen",
    description="Mit zwei aus dem Team die Artikel aufschreiben, deren Fehlen zuletzt Arbeit aufgehalten hat.",
    need=NeedForAction.URGENT,
    is_planned=True,
    responsible="Büroleitung",
    due_on=date(2027, 1, 15),
)
PROPOSAL = MondayStep(title="Zweiten Anbieter suchen", description=STEP.description, need=NeedForAction.SOME)
MONDAY = MondayDocument(
    check=CHECK,
    topic=TOPICS.topics[2],
    steps=(STEP, PROPOSAL),
    stated_on=DAY,
    company_name=DETAILS.company_name,
)

REFS = tuple(f"{topic}.1.{letter}" for topic in range(1, 4) for letter in "abcd")
WEEK = Week(date(2026, 12, 21))
ANSWERED = make_answers(
    make_questionnaire(
        topics=[make_topic(ref=str(n), measure_refs=[ref for ref in REFS if ref[0] == str(n)]) for n in range(1, 4)]
    ),
    Published(
        answers={
            "basis": [
                AnswerBatch(
                    week=WEEK,
                    companies=48,
                    urgent={ref: 4 * place for place, ref in enumerate(REFS)},
                    some=dict.fromkeys(REFS, 9),
                )
            ]
        },
        progress={"basis": [ProgressBatch(week=WEEK, companies=30, done=171)]},
    ),
    2026,
    "de",
)
NETWORK_REPORT = NetworkReport(
    network_name="Netzwerk Nordharz",
    area="Goslar und Umgebung",
    year=2026,
    week=WEEK,
    groups=(
        ShownGroup(
            key="a",
            label="Frühstück der Handwerkskammer",
            counts=StageCounts(started=52, half_rated=47, all_rated=44, plan_complete=31, declared=22, renewed=3),
        ),
        ShownGroup(key="b", label="Messestand", counts=None),
        ShownGroup(key="", label="", counts=StageCounts(started=5, half_rated=2, all_rated=1)),
        ShownGroup(
            key="pool:c",
            label="",
            counts=StageCounts(started=9, half_rated=9, all_rated=7, plan_complete=7, declared=5),
        ),
    ),
    total=StageCounts(started=66, half_rated=58, all_rated=52, plan_complete=38, declared=27, renewed=3),
    before=StageCounts(started=21, half_rated=17, all_rated=15, plan_complete=9, declared=6),
    answers=(ANSWERED,),
)
ASKED = AuditLetter(
    letter=CaseLetter(
        occasion=Occasion.ASKED,
        is_about_report=False,
        number=NUMBER,
        company_name=DETAILS.company_name,
        issued_on=DAY,
        written_on=date(2026, 11, 24),
        deadline_on=date(2026, 12, 22),
        reason=None,
        outcome=None,
        text="",
        assessment_id=UUID(int=3),
        audit_id=UUID(int=5),
    ),
    company_name=DETAILS.company_name,
    signatory_name=DETAILS.signatory_name,
    street=DETAILS.street,
    postal_code=DETAILS.postal_code,
    city=DETAILS.city,
    lost_link="https://check.example.org/lost-link",
    imprint="https://check.example.org/imprint",
    answer_to="Musterweg 1\n01067 Dresden",
)
HEARING = replace(
    ASKED,
    lost_link="",
    letter=replace(
        ASKED.letter,
        occasion=Occasion.HEARING,
        reason=WithdrawalReason.CRITERIA_NOT_MET,
        text="Zwei Themen sind nicht bewertet.\nBitte sagen Sie uns, warum.",
    ),
)

MAKERS: dict[str, Callable[[], bytes]] = {
    "declaration": lambda: render_declaration(DECLARATION, "de"),
    "topics": lambda: render_topics(TOPICS, "de"),
    "plan": lambda: render_plan(PLAN, "de"),
    "corrected": lambda: render_declaration(CORRECTED, "de"),
    "renewed": lambda: render_declaration(RENEWED, "de"),
    "changes": lambda: render_changes(CHANGES, "de"),
    "monday": lambda: render_monday(MONDAY, "de"),
    "network_report": lambda: render_network_report(NETWORK_REPORT, "de"),
}
LETTERS: dict[str, Callable[[], bytes]] = {
    "audit-asked": lambda: render_audit_letter(ASKED, "de", operator_name="Testbetrieb"),
    "audit-hearing": lambda: render_audit_letter(HEARING, "de", operator_name="Testbetrieb"),
}


ENGLISH: dict[str, Callable[[], bytes]] = {
    "corrected-en": lambda: render_declaration(CORRECTED, "en"),
    "renewed-en": lambda: render_declaration(RENEWED, "en"),
    "changes-en": lambda: render_changes(CHANGES, "en"),
    "network_report-en": lambda: render_network_report(NETWORK_REPORT, "en"),
    "audit-asked-en": lambda: render_audit_letter(ASKED, "en", operator_name="Testbetrieb"),
    "audit-hearing-en": lambda: render_audit_letter(HEARING, "en", operator_name="Testbetrieb"),
}


POSTER = PosterDocument(
    network_name="Netzwerk Nordharz",
    contact="Nina Nord, nina@nordharz.example, 05321 4711",
    check=CHECK,
    minutes=90,
    publisher=CHECK.publisher,
    address="https://selbstcheck.example/i/K7M2P9QRST",
    short_address="selbstcheck.example/i/K7M2P-9QRST",
    expires_on=date(2027, 3, 31),
    stated_on=DAY,
)
FREE_POSTER = replace(POSTER, check=None, minutes=0, contact="", expires_on=None)
POSTERS: dict[str, Callable[[], bytes]] = {
    "poster": lambda: render_poster(POSTER, "de", Paper.A4),
    "poster-en": lambda: render_poster(POSTER, "en", Paper.A5),
    "poster-free": lambda: render_poster(FREE_POSTER, "de", Paper.A5),
    "poster-free-en": lambda: render_poster(FREE_POSTER, "en", Paper.A4),
}


def fill_poster(text: str) -> PosterDocument:
    check = CheckEdition(title=text, version="1.0", publisher=text)
    return replace(POSTER, network_name=text, contact=text, check=check, publisher=text)


def fill_declaration(text: str) -> DeclarationDocument:
    """Put the text wherever somebody may write one."""
    details = DeclarationDetails(
        company_name=text,
        street=text,
        postal_code="18439",
        city=text,
        signatory_name=text,
        signatory_function=text,
        place=text,
        has_signature_line=True,
    )
    other = replace(details, company_name="Neu", street="Neu", signatory_name="Neu")
    corrections = [
        Correction(edition=edition, at=AT, is_by_office=True, note=text, before=details, after=other)
        for edition in range(1, CORRECTIONS_NAMED + 2)
    ]
    check = CheckEdition(title=text, version="1.0", publisher=text)
    return replace(RENEWED, details=details, corrections=tuple(corrections), check=check)


def fill_topics(text: str) -> TopicsDocument:
    topics = tuple(replace(topic, title=text) for topic in TOPICS.topics)
    return replace(TOPICS, topics=topics, company_name=text, check=replace(CHECK, title=text))


def fill_changes(text: str) -> ChangesDocument:
    topics = tuple(replace(topic, title=text) for topic in CHANGES.topics)
    actions = tuple(replace(action, heading=text) for action in CHANGES.actions)
    return replace(CHANGES, topics=topics, actions=actions, company_name=text, check=replace(CHECK, title=text))


def fill_plan(text: str) -> PlanDocument:
    action = replace(LIST, title=text, description=text, responsible=text, follow_up=text)
    return replace(PLAN, actions=(action,), practices={"3.1.a": text}, company_name=text)


def fill_monday(text: str) -> MondayDocument:
    step = replace(STEP, title=text, description=text, responsible=text)
    check = CheckEdition(title=text, version="1.0", publisher=text)
    topic = replace(MONDAY.topic, title=text)
    return replace(MONDAY, check=check, topic=topic, steps=(step, step, step), company_name=text)


def fill_audit_letter(text: str) -> AuditLetter:
    letter = replace(HEARING.letter, company_name=text, text=text)
    return replace(HEARING, letter=letter, company_name=text, signatory_name=text, street=text, city=text)


def open_pdf(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def read_text(content: bytes) -> str:
    """Return what stands on the pages, line by line."""
    return "\n".join(page.extract_text() for page in open_pdf(content).pages) + "\n"


def squeeze(text: str) -> str:
    """Return the text without what depends on where lines break: white space and hyphens."""
    return re.sub(r"[\s\-\u200b]+", "", text)
