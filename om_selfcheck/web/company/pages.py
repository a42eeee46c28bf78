"""What the pages of a running check share: its questionnaire, its standing, the frame around every page."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from om_selfcheck.domain.access import Task
from om_selfcheck.domain.declaration import DetailField
from om_selfcheck.domain.errors import QuestionnaireChanged
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.rating import NeedForAction, RatingCounts, count_ratings
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.i18n.translation import ngettext
from om_selfcheck.services import drafts
from om_selfcheck.services.drafts import Standing
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.surroundings import catalogue

RATE, PLAN, DECLARE = "rate", "plan", "declare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    title: str
    url: str
    state_text: str
    is_current: bool
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Company, right held and the three steps, as every page below a round shows them."""

    company: str
    right_label: str
    overview_url: str
    access_url: str
    next_open_url: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """A topic in the task list."""

    ref: str
    title: str
    url: str
    state_text: str
    counts: RatingCounts
    is_done: bool


def questionnaire_of(actor: Actor) -> Questionnaire:
    """Return the very version that the round was started with; QuestionnaireChanged if its file was edited (P16)."""
    questionnaire = catalogue().get(actor.slug, actor.version)
    if questionnaire.content_hash != actor.content_hash:
        raise QuestionnaireChanged
    return questionnaire


def load_standing(actor: Actor) -> Standing:
    return drafts.get_standing(db.session, actor=actor, questionnaire=questionnaire_of(actor))


def need_labels() -> dict[str, str]:
    return {need.value: label(need) for need in NeedForAction}


def is_frozen(actor: Actor) -> bool:
    return actor.declaration_number is not None


def make_frame(actor: Actor, standing: Standing, current: str = "") -> Frame:
    gaps = standing.completeness
    address: dict[str, Any] = {"assessment_id": actor.assessment_id}
    declare_url = (
        url_for("company.issued", number=actor.declaration_number)
        if actor.declaration_number
        else url_for("company.declaration", **address)
    )
    return Frame(
        company=actor.company_name,
        right_label=label(actor.right),
        overview_url=url_for("company.overview", **address),
        access_url=url_for("company.sharing", **address),
        next_open_url=url_for("company.next_open", **address) if gaps.unrated and actor.may(Task.RATE) else "",
        steps=(
            Step(
                title=_("Bewerten"),
                url=url_for("company.overview", **address),
                state_text=describe_rated(standing, questionnaire_of(actor)),
                is_current=current == RATE,
                is_done=not gaps.unrated,
            ),
            Step(
                title=_("Planen"),
                url=url_for("company.plan", **address),
                state_text=_("%(done)s vollständig", done=gaps.complete_actions),
                is_current=current == PLAN,
                is_done=not gaps.missing_actions,
            ),
            Step(
                title=_("Erklären"),
                url=declare_url,
                state_text=describe_declared(actor, standing),
                is_current=current == DECLARE,
                is_done=is_frozen(actor),
            ),
        ),
    )


def describe_rated(standing: Standing, questionnaire: Questionnaire) -> str:
    rated = questionnaire.size - len(standing.completeness.unrated)
    return _("%(done)s von %(all)s", done=rated, all=questionnaire.size)


def describe_declared(actor: Actor, standing: Standing) -> str:
    if is_frozen(actor):
        return _("ausgestellt")
    if not is_begun(standing):
        return _("freiwillig")
    missing = len(standing.completeness.missing_details)
    return ngettext("%(num)s Angabe fehlt", "%(num)s Angaben fehlen", missing) if missing else _("ausgefüllt")


def is_begun(standing: Standing) -> bool:
    """Say whether any detail of the declaration is filled in."""
    return len(standing.completeness.missing_details) < len(DetailField)


def list_topics(actor: Actor, standing: Standing) -> list[TopicLine]:
    lines = []
    for topic in questionnaire_of(actor).topics:
        counts = count_ratings([measure.ref for measure in topic.measures()], standing.ratings.needs)
        lines.append(
            TopicLine(
                ref=topic.ref,
                title=topic.title.in_language(actor.language),
                url=url_for("company.topic", assessment_id=actor.assessment_id, ref=topic.ref),
                state_text=describe_counts(counts, topic.minutes),
                counts=counts,
                is_done=counts.is_finished,
            )
        )
    return lines


def describe_counts(counts: RatingCounts, minutes: int) -> str:
    if counts.is_finished:
        return _("fertig")
    if not counts.rated:
        return _("noch nicht begonnen, etwa %(minutes)s Minuten", minutes=minutes)
    return _("noch %(num)s zu bewerten", num=counts.open)


def count_all(actor: Actor, standing: Standing) -> RatingCounts:
    return count_ratings([measure.ref for measure in questionnaire_of(actor).measures()], standing.ratings.needs)
