"""The figures of a network as tables to take along: the same numbers as on the page, each with how exact it is."""

from collections.abc import Sequence

from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.statistics.report import Figure
from om_selfcheck.domain.statistics.stages import Stage, StageCounts
from om_selfcheck.i18n.figures import say_group, say_week
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services.answers import Answers
from om_selfcheck.services.published_figures import WeekFigures
from om_selfcheck.services.stages import StageFigures
from om_selfcheck.web.spreadsheet import Cell, Sheet


def make_stages(figures: StageFigures) -> Sheet:
    """Return the links that are shown, and their sum; a link that is too small has empty cells."""
    rows = [[say_group(group), *_counts(group.counts)] for group in figures.groups]
    if figures.total:
        rows.append([_("Alle gezeigten Links zusammen"), *_counts(figures.total)])
    return Sheet(_("Etappen"), [_("Link"), *_stage_names()], rows)


def make_weeks(weeks: Sequence[WeekFigures]) -> Sheet:
    rows = [[say_week(one.week), *_counts(one.total)] for one in weeks]
    return Sheet(_("Wochen"), [_("Woche"), *_stage_names()], rows)


def make_topics(answers: Answers | None) -> Sheet:
    head = [_("Nummer"), _("Thema"), _("Farbe"), *_figure_head(_("Bewertungen"))]
    rows: list[list[Cell]] = [
        [topic.ref, topic.title, label(need), *_figure(topic.need.of(need))]
        for topic in (answers.topics if answers else ())
        for need in NeedForAction
    ]
    return Sheet(_("Handlungsbedarf je Thema"), head, rows)


def make_measures(answers: Answers | None) -> Sheet:
    head = [_("Nummer"), _("Maßnahme"), *_figure_head(_("Betriebe"))]
    rows = [[one.ref, one.practice, *_figure(one.companies)] for one in (answers.measures if answers else ())]
    return Sheet(_("Am häufigsten dringend"), head, rows)


def make_progress(answers: Answers | None) -> Sheet:
    rows = [[answers.title, *_figure(answers.done)]] if answers and answers.done else []
    return Sheet(_("Umgesetzt"), [_("Check"), *_figure_head(_("Maßnahmen im Plan"))], rows)


def _stage_names() -> list[str]:
    return [label(stage) for stage in Stage]


def _counts(counts: StageCounts | None) -> list[Cell]:
    return [counts.of(stage) if counts else None for stage in Stage]


def _figure_head(what: str) -> list[str]:
    return [_("Angabe"), what, _("von"), _("genau auf ±")]


def _figure(figure: Figure) -> list[Cell]:
    return [label(figure.bound), figure.value, figure.of, figure.margin]
