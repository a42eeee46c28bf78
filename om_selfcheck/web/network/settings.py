"""What a network tells of itself, and who coordinates it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.errors import TooOften
from om_selfcheck.domain.limits import COORDINATORS_OF_NETWORK
from om_selfcheck.extensions import db
from om_selfcheck.services import accounts, networks
from om_selfcheck.services.throttles import Try
from om_selfcheck.web.access import current_network, current_person, require_person
from om_selfcheck.web.inputs import find_faults, shown_values, wanted_values
from om_selfcheck.web.network.blueprint import bp
from om_selfcheck.web.network.forms import CoordinatorForm, NetworkForm, find_network_gaps
from om_selfcheck.web.network.inviting import invite, read_coordinator
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.throttling import TOO_MANY, describe_wait, require_within

UNPROCESSABLE, CONFLICT = 422, 409


@bp.get("/settings")
@require_person(Office.COORDINATE)
def settings(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render_settings({}, {}, {})


@bp.post("/settings")
@require_person(Office.COORDINATE)
def change_settings(slug: str) -> ResponseReturnValue:
    """Save the fields that are sound; what is wrong or was changed by somebody else meanwhile is named."""
    form = NetworkForm(request.form)
    errors = find_faults(form)
    wanted = wanted_values(form, request.form, networks.FIELDS)
    errors = find_network_gaps(wanted) | errors
    conflicts = networks.change_network(
        db.session,
        slug=slug,
        wanted={name: value for name, value in wanted.items() if name not in errors},
        shown=shown_values(request.form, networks.FIELDS),
        by=current_person().actor,
        now=clock.now(),
    )
    commit()
    if errors or conflicts:
        stored = {conflict.name: conflict.stored for conflict in conflicts}
        return _render_settings(wanted, errors, stored), UNPROCESSABLE if errors else CONFLICT
    return redirect(url_for("network.settings", slug=slug, saved=1), 303)


@bp.get("/coordinators")
@require_person(Office.SEE_COMPANIES)
def coordinators(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render_coordinators(CoordinatorForm(), {})


@bp.post("/coordinators")
@require_person(Office.SEE_COMPANIES)
def invite_coordinator(slug: str) -> ResponseReturnValue:
    """Let somebody else coordinate too; whoever has no account yet gets a mail with a link to set it up."""
    form, errors = read_coordinator()
    if errors:
        return _render_coordinators(form, errors), UNPROCESSABLE
    try:
        require_within(Try(COORDINATORS_OF_NETWORK, slug))
    except TooOften as refusal:
        return _render_coordinators(form, {"email": describe_wait(refusal.until)}), TOO_MANY
    invite(form)
    commit()
    return redirect(url_for("network.coordinators", slug=slug, invited=1), 303)


def _render_settings(typed: dict[str, str], errors: dict[str, str], conflicts: dict[str, str]) -> str:
    network = networks.get_network(db.session, slug=current_network().slug)
    stored = networks.write_network(network)
    return render_template(
        "network/settings.html",
        network=network,
        stored=stored,
        values=stored | typed,
        errors=errors,
        conflicts=conflicts,
        is_saved="saved" in request.args,
    )


def _render_coordinators(form: CoordinatorForm, errors: dict[str, str]) -> str:
    network = current_network()
    return render_template(
        "network/coordinators.html",
        network=network,
        person=current_person(),
        members=accounts.list_members(db.session, network_id=network.network_id),
        form=form,
        errors=errors,
        was_invited="invited" in request.args,
    )
