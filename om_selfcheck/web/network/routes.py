"""A network's own first page."""

from flask import render_template
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.extensions import db
from om_selfcheck.services import help_contacts, invitations
from om_selfcheck.web.access import current_network, require_person
from om_selfcheck.web.network import pages
from om_selfcheck.web.network.blueprint import bp


@bp.get("")
@require_person(Office.COORDINATE)
def home(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    """Show what there is, and what to do first where there is nothing."""
    network, today = current_network(), clock.today()
    contacts = help_contacts.list_contacts(db.session, network=network, today=today)
    return render_template(
        "network/home.html",
        network=network,
        links=invitations.list_links(db.session, network=network, today=today),
        outdated=sum(contact.is_outdated for contact in contacts),
        titles=pages.check_titles(),
    )
