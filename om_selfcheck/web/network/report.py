"""The report of a year, on one page to hand on."""

import re
from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from om_selfcheck.domain.access import Office
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.pdf.network_report import NetworkReport, render_network_report
from om_selfcheck.services import network_reports
from om_selfcheck.services.answers import make_answers
from om_selfcheck.services.network_reports import YearReport
from om_selfcheck.services.networks import Network
from om_selfcheck.web.access import current_network, require_person
from om_selfcheck.web.network.blueprint import bp
from om_selfcheck.web.network.figures import language
from om_selfcheck.web.surroundings import catalogue

_YEAR = re.compile("[0-9]{4}")


@bp.get("/report/<year>")
@require_person(Office.SEE_COMPANIES)
def report(slug: str, year: str) -> ResponseReturnValue:
    network = current_network()
    if not _YEAR.fullmatch(year):
        raise NotFound
    found = network_reports.get_report(db.session, network_id=network.network_id, year=int(year))
    db.session.rollback()  # no transaction is open while the document is made
    content = render_network_report(_make_report(network, found), language())
    name = f"{slug}-{year}-{current_language()}.pdf"
    return send_file(BytesIO(content), mimetype="application/pdf", download_name=name)


def _make_report(network: Network, found: YearReport) -> NetworkReport:
    """Put a year's figures into words: of each check its newest version's, the check with most companies first."""
    answers = [
        make_answers(check, found.published, found.year, language())
        for check in catalogue().list_newest()
        if check.slug in found.published.checks
    ]
    return NetworkReport(
        network_name=network.name,
        area=network.area,
        year=found.year,
        week=found.week,
        groups=found.stages.groups,
        total=found.stages.total,
        before=found.before,
        answers=tuple(sorted((one for one in answers if not one.is_empty), key=lambda one: -one.companies)),
    )
