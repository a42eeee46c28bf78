"""A network's figures: how far companies got, live and by the week, and what they answered, in groups of fifteen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.questionnaire import Language, Questionnaire
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.statistics.stages import Stage
from om_selfcheck.domain.statistics.weeks import WEEK, Week
from om_selfcheck.extensions import db
from om_selfcheck.i18n.figures import say_figure, say_group, say_week
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import network_reports, published_figures, stages
from om_selfcheck.services.answers import Answers, make_answers
from om_selfcheck.services.networks import Network
from om_selfcheck.services.published_figures import Published, WeekFigures
from om_selfcheck.web.access import current_network, require_person
from om_selfcheck.web.network import figure_tables
from om_selfcheck.web.network.blueprint import bp
from om_selfcheck.web.sessions import current_session
from om_selfcheck.web.spreadsheet import CSV, XLSX, Sheet, send_table, write_csv, write_xlsx
from om_selfcheck.web.surroundings import catalogue

WEEKS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What can be chosen and what is: a check with figures, and one of its years or None for all."""

    checks: Sequence[Questionnaire]
    years: Sequence[int]
    check: Questionnaire | None
    year: int | None


@bp.get("/figures")
@require_person(Office.COORDINATE)
def figures(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    network, now = current_network(), clock.now()
    published = published_figures.get_published(db.session, network_id=network.network_id)
    choice = read_choice(published)
    return render_template(
        "network/figures.html",
        choice=choice,
        answers=load_answers(published, choice),
        weeks=load_weeks(network, now),
        tables=_table_names(),
        report_years=network_reports.list_years(db.session, network_id=network.network_id),
        **_stages(network, now),
    )


@bp.get("/figures/stages")
@require_person(Office.COORDINATE)
def stages_now(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Return the part that moves while a workshop runs. A page that asks by itself keeps nobody signed in."""
    current_session().needs_touch = False
    return jsonify(stages=render_template("network/_stages.html", **_stages(current_network(), clock.now())))


@bp.get("/figures.xlsx")
@require_person(Office.SEE_COMPANIES)
def figures_xlsx(slug: str) -> ResponseReturnValue:
    """Hand out all tables as one file."""
    tables = [make() for make in _make_tables().values()]
    return send_table(write_xlsx(tables), _file_name(slug, "xlsx"), XLSX)


@bp.get("/figures/<any(stages, weeks, topics, measures, progress):table>.csv")
@require_person(Office.SEE_COMPANIES)
def figures_csv(slug: str, table: str) -> ResponseReturnValue:
    return send_table(write_csv(_make_tables()[table]()), _file_name(f"{slug}-{table}", "csv"), CSV)


def read_choice(published: Published) -> Choice:
    """Return which check and year the address names; what has no figures is not a choice."""
    known = {one.slug: one for one in catalogue().list_newest()}
    checks = [known[slug] for slug in published.checks if slug in known]
    wanted = request.args.get("check", "")
    check = next((one for one in checks if one.slug == wanted), checks[0] if checks else None)
    years = published.years_of(check.slug) if check else []
    year = next((year for year in years if str(year) == request.args.get("year")), None)
    return Choice(checks=checks, years=years, check=check, year=year)


def load_answers(published: Published, choice: Choice) -> Answers | None:
    return make_answers(choice.check, published, choice.year, language()) if choice.check else None


def load_weeks(network: Network, now: datetime) -> Sequence[WeekFigures]:
    """Return the last weeks that are closed, the newest first."""
    newest = Week.last_closed(clock.day_in_berlin(now))
    since = Week(newest.monday - (WEEKS_SHOWN - 1) * WEEK)
    found = published_figures.list_weeks(db.session, network_id=network.network_id, since=since, until=newest)
    return list(reversed(found))


def language() -> Language:
    return "en" if current_language() == "en" else "de"


def _make_tables() -> dict[str, Callable[[], Sheet]]:
    """Return what makes each table, for the check and year that the address names."""
    network, now = current_network(), clock.now()
    published = published_figures.get_published(db.session, network_id=network.network_id)
    answers = load_answers(published, read_choice(published))
    stages_here = stages.get_stages(db.session, network_id=network.network_id, now=now)
    return {
        "stages": lambda: figure_tables.make_stages(stages_here),
        "weeks": lambda: figure_tables.make_weeks(load_weeks(network, now)),
        "topics": lambda: figure_tables.make_topics(answers),
        "measures": lambda: figure_tables.make_measures(answers),
        "progress": lambda: figure_tables.make_progress(answers),
    }


def _table_names() -> list[tuple[str, str]]:
    return [
        ("stages", _("Etappen")),
        ("weeks", _("Wochen")),
        ("topics", _("Handlungsbedarf je Thema")),
        ("measures", _("Am häufigsten dringend")),
        ("progress", _("Umgesetzt")),
    ]


def _file_name(name: str, ending: str) -> str:
    return f"{name}-{clock.today().isoformat()}.{ending}"


def _stages(network: Network, now: datetime) -> dict[str, object]:
    return {
        "now": now,
        "figures": stages.get_stages(db.session, network_id=network.network_id, now=now),
        "network": network,
        "stages": tuple(Stage),
        "needs": tuple(NeedForAction),
        "say_figure": say_figure,
        "say_group": say_group,
        "say_week": say_week,
    }
