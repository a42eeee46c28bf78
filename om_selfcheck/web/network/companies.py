"""The companies that let a network see something, and the list as a file. Only with a second factor."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.clock import day_in_berlin
from om_selfcheck.domain.access import Office
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import members
from om_selfcheck.services.members import Insight, Member
from om_selfcheck.web.access import current_network, current_person, require_person
from om_selfcheck.web.network import pages
from om_selfcheck.web.network.blueprint import bp
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.spreadsheet import CSV, XLSX, Cell, Sheet, send_table, write_csv, write_xlsx
from om_selfcheck.web.surroundings import catalogue


@bp.get("/companies")
@require_person(Office.SEE_COMPANIES)
def companies(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    network, after = current_network(), _read_id(request.args.get("after", ""))
    return render_template(
        "network/companies.html",
        network=network,
        page=members.list_members(db.session, network=network, after=after),
        titles=pages.check_titles(),
        describe=describe_standing,
        is_first=after is None,
    )


@bp.get("/companies/<uuid:assessment_id>")
@require_person(Office.SEE_COMPANIES)
def company(slug: str, assessment_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    network = current_network()
    insight = members.get_insight(
        db.session, network=network, assessment_id=assessment_id, find_questionnaire=catalogue().get
    )
    return render_template(
        "network/company.html",
        network=network,
        insight=insight,
        member=insight.member,
        titles=pages.check_titles(),
        describe=describe_standing,
        need_labels=pages.need_labels(),
    )


@bp.post("/companies/list.csv")
@require_person(Office.SEE_COMPANIES)
def export_csv(slug: str) -> ResponseReturnValue:
    """Hand out the list; that it was is on the record before the file leaves."""
    content = write_csv(_list_sheet(_export("csv")))
    commit()
    return send_table(content, _file_name(slug, "csv"), CSV)


@bp.post("/companies/list.xlsx")
@require_person(Office.SEE_COMPANIES)
def export_xlsx(slug: str) -> ResponseReturnValue:
    """Hand out the list, with the topics and plans that were released on sheets of their own."""
    insights = _export("xlsx")
    content = write_xlsx([_list_sheet(insights), _topics_sheet(insights), _plans_sheet(insights)])
    commit()
    return send_table(content, _file_name(slug, "xlsx"), XLSX)


def describe_standing(member: Member) -> str:
    """Say whether a company has declared, and until when that holds."""
    if member.terms is None:
        return _("noch nicht erklärt")
    return label(member.terms.status_on(clock.today()))


def _export(file_kind: str) -> list[Insight]:
    return list(
        members.export_members(
            db.session,
            network=current_network(),
            file_kind=file_kind,
            find_questionnaire=catalogue().get,
            by=current_person().actor,
            now=clock.now(),
        )
    )


def _list_sheet(insights: list[Insight]) -> Sheet:
    head = (
        _("Unternehmen"),
        _("Check"),
        _("Version"),
        _("Selbsterklärung"),
        _("ausgestellt am"),
        _("gilt bis"),
        _("Freigabe"),
        _("freigegeben seit"),
    )
    return Sheet(_("Betriebe"), head, [_list_row(insight.member) for insight in insights])


def _list_row(member: Member) -> list[Cell]:
    terms = member.terms
    return [
        member.company_name,
        pages.check_titles().get(member.slug, member.slug),
        member.version,
        describe_standing(member),
        terms.issued_on if terms else None,
        terms.valid_until if terms else None,
        label(member.level),
        day_in_berlin(member.since),
    ]


def _topics_sheet(insights: list[Insight]) -> Sheet:
    head = (_("Unternehmen"), _("Nummer"), _("Thema"), _("rot"), _("gelb"), _("grün"), _("noch nicht bewertet"))
    language = current_language()
    rows: list[list[Cell]] = [
        [
            insight.member.company_name,
            topic.ref,
            topic.title.in_language(language),
            counts.urgent,
            counts.some,
            counts.none,
            counts.open,
        ]
        for insight in insights
        for topic, counts in insight.topics
    ]
    return Sheet(_("Themen"), head, rows)


def _plans_sheet(insights: list[Insight]) -> Sheet:
    head = (_("Unternehmen"), _("Maßnahme"), _("Beschreibung"), _("Dringlichkeit"), _("Termin"), _("Kontrolle"))
    rows: list[list[Cell]] = [
        [
            insight.member.company_name,
            action.heading,
            action.description,
            label(action.urgency) if action.urgency else "",
            action.due_on,
            action.follow_up_on,
        ]
        for insight in insights
        for action in insight.actions
    ]
    return Sheet(_("Maßnahmen"), head, rows)


def _file_name(slug: str, ending: str) -> str:
    return f"{slug}-{clock.today().isoformat()}.{ending}"


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
