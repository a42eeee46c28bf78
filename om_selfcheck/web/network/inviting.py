"""Letting somebody coordinate a network; whoever has no account yet gets a mail with a link to set it up."""

from flask import request

from om_selfcheck import clock
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import account_links
from om_selfcheck.web.access import current_network, current_person
from om_selfcheck.web.inputs import find_faults
from om_selfcheck.web.network.forms import CoordinatorForm


def read_coordinator() -> tuple[CoordinatorForm, dict[str, str]]:
    """Return what was sent, and what is wrong with it or missing."""
    form = CoordinatorForm(request.form)
    errors = find_faults(form)
    if not (form.email.data or "email" in errors):
        errors["email"] = _("Bitte die E-Mail-Adresse der Person eintragen.")
    return form, errors


def invite(form: CoordinatorForm) -> None:
    """Invite to coordinate the network that the page is about, in the name of who is signed in."""
    account_links.invite_coordinator(
        db.session,
        email=form.email.data,
        name=form.name.data,
        language=form.language.data or current_language(),
        network_id=current_network().network_id,
        by=current_person(),
        now=clock.now(),
    )
