"""The office's first page: figures of the day, each a way to what it counts."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.register import IssueDays
from om_selfcheck.domain.waiting import CaseWait
from om_selfcheck.extensions import db
from om_selfcheck.services.dashboard import get_dashboard
from om_selfcheck.services.undeliverable import SHOWN_FOR
from om_selfcheck.web.access import require_person
from om_selfcheck.web.staff.blueprint import bp

MOVED = 308


@bp.get("", endpoint="dashboard")
@require_person(Office.OVERSEE)
def show() -> ResponseReturnValue:
    figures = get_dashboard(db.session, now=clock.now())
    return render_template(
        "staff/dashboard.html",
        figures=figures,
        most=max(month.issued.number for month in figures.months),
        valid_url=url_for("staff.register", status=DeclarationStatus.VALID),
        ending_url=_address(figures.ending_days, DeclarationStatus.VALID),
        open_url=url_for("staff.audits"),
        overdue_url=url_for("staff.audits", waits=CaseWait.OVERDUE),
        unposted_url=url_for("staff.audits", waits=CaseWait.UNPOSTED),
        shown_days=SHOWN_FOR.days,
        undeliverable_url=url_for("staff.mails"),
        month_url=_address,
    )


@bp.get("/")
@require_person(Office.OVERSEE)
def with_slash() -> ResponseReturnValue:
    """Lead on to the one address of this page."""
    return redirect(url_for("staff.dashboard"), MOVED)


def _address(days: IssueDays, status: DeclarationStatus | None = None) -> str:
    """Return the register's page of what was issued on some days."""
    return url_for("staff.register", status=status, issued_from=days.first, issued_to=days.last)
