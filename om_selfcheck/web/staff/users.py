"""Who may sign in: the list, inviting, roles and networks, closing an account and letting it start anew."""

from collections.abc import Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office, Role
from om_selfcheck.domain.errors import AddressTaken
from om_selfcheck.extensions import db
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import account_links, accounts, credentials, networks
from om_selfcheck.services.networks import Network
from om_selfcheck.web.access import current_person, require_person
from om_selfcheck.web.inputs import find_faults, shown_values
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff.blueprint import bp
from om_selfcheck.web.staff.forms import InviteForm, NetworkForm, RoleForm
from om_selfcheck.web.staff.network_field import read_network, suggest_networks

UNPROCESSABLE, CONFLICT = 422, 409


@bp.get("/users")
@require_person(Office.OVERSEE)
def users() -> ResponseReturnValue:
    return _render_users(InviteForm(), {})


@bp.post("/users")
@require_person(Office.OVERSEE_FRESH)
def invite() -> ResponseReturnValue:
    """Add an account and mail its holder a link to set it up."""
    form = InviteForm(request.form)
    errors = find_faults(form)
    network = read_network(form.network, errors) if form.role.data == Role.COORDINATOR else None
    errors = _find_gaps(form) | errors
    if not errors:
        try:
            _invite(form, network)
        except AddressTaken:
            errors = {"email": _("Zu dieser Adresse gibt es schon einen Zugang. Sie finden ihn in der Liste.")}
    if errors:
        return _render_users(form, errors), UNPROCESSABLE
    commit()
    return redirect(url_for("staff.users", news="invited"), 303)


@bp.get("/users/<uuid:user_id>")
@require_person(Office.OVERSEE)
def user(user_id: UUID) -> ResponseReturnValue:
    return _render_user(user_id, NetworkForm(), {})


@bp.post("/users/<uuid:user_id>/role")
@require_person(Office.OVERSEE_FRESH)
def change_role(user_id: UUID) -> ResponseReturnValue:
    """Give somebody another role than the page showed; who sends the shown one changes nothing (P2)."""
    form = RoleForm(request.form)
    if form.validate() and form.role.data not in ("", shown_values(request.form, ["role"])["role"]):
        accounts.change_role(
            db.session, user_id=user_id, role=Role(form.role.data), by=current_person().actor, now=clock.now()
        )
        commit()
    return _back_to(user_id)


@bp.post("/users/<uuid:user_id>/networks")
@require_person(Office.OVERSEE_FRESH)
def add_network(user_id: UUID) -> ResponseReturnValue:
    """Let somebody coordinate one more network."""
    account, form = accounts.get_account(db.session, user_id=user_id), NetworkForm(request.form)
    errors = find_faults(form)
    network = read_network(form.network, errors)
    if network is None:
        return _render_user(user_id, form, {"network": _name_gap()} | errors), UNPROCESSABLE
    accounts.add_member(
        db.session,
        user_id=account.user_id,
        network_id=network.network_id,
        by=current_person().actor,
        now=clock.now(),
    )
    commit()
    return _back_to(user_id)


@bp.post("/users/<uuid:user_id>/networks/remove")
@require_person(Office.OVERSEE_FRESH)
def remove_network(user_id: UUID) -> ResponseReturnValue:
    network = networks.get_network(db.session, slug=request.form.get("network", ""))
    accounts.remove_member(
        db.session, user_id=user_id, network_id=network.network_id, by=current_person().actor, now=clock.now()
    )
    commit()
    return _back_to(user_id)


@bp.post("/users/<uuid:user_id>/deactivate")
@require_person(Office.OVERSEE_FRESH)
def deactivate(user_id: UUID) -> ResponseReturnValue:
    accounts.deactivate_user(db.session, user_id=user_id, by=current_person().actor, now=clock.now())
    commit()
    return _back_to(user_id)


@bp.post("/users/<uuid:user_id>/reactivate")
@require_person(Office.OVERSEE_FRESH)
def reactivate(user_id: UUID) -> ResponseReturnValue:
    accounts.reactivate_user(db.session, user_id=user_id, by=current_person().actor, now=clock.now())
    commit()
    return _back_to(user_id)


@bp.post("/users/<uuid:user_id>/reset")
@require_person(Office.OVERSEE_FRESH)
def reset(user_id: UUID) -> ResponseReturnValue:
    """Take away password and second factor of somebody who lost them, and mail a link to set them up anew."""
    credentials.reset_user(db.session, user_id=user_id, by=current_person().actor, now=clock.now())
    account_links.invite_user(db.session, user_id=user_id, now=clock.now())
    commit()
    return _back_to(user_id)


def _invite(form: InviteForm, network: Network | None) -> None:
    """Invite somebody to coordinate a network, or into the office where there is none."""
    person, now = current_person(), clock.now()
    details = {
        "email": form.email.data,
        "name": form.name.data,
        "language": form.language.data or current_language(),
    }
    if network is not None:
        account_links.invite_coordinator(db.session, **details, network_id=network.network_id, by=person, now=now)
        return
    user_id = accounts.add_user(db.session, **details, role=Role.STAFF, by=person.actor, now=now)
    account_links.invite_user(db.session, user_id=user_id, now=now)


def _find_gaps(form: InviteForm) -> dict[str, str]:
    gaps = {}
    if not form.email.data:
        gaps["email"] = _("Bitte die E-Mail-Adresse der Person eintragen.")
    if not form.role.data:
        gaps["role"] = _("Bitte wählen, was die Person tun soll.")
    if form.role.data == Role.COORDINATOR and not form.network.data:
        gaps["network"] = _name_gap()
    return gaps


def _name_gap() -> str:
    return _("Bitte das Netzwerk wählen, das die Person koordiniert.")


def _back_to(user_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("staff.user", user_id=user_id, news="saved"), 303)


def _render_user(user_id: UUID, form: NetworkForm, errors: Mapping[str, str]) -> str:
    account = accounts.get_account(db.session, user_id=user_id)
    own = networks.list_networks_of(db.session, user_id=user_id)
    return render_template(
        "staff/user.html",
        account=account,
        is_own=user_id == current_person().user_id,
        own_networks=own,
        other_networks=suggest_networks(form.network.data, but=own),
        roles=[(role.value, label(role)) for role in Role],
        form=form,
        errors=errors,
        news=request.args.get("news", ""),
    )


def _render_users(form: InviteForm, errors: dict[str, str]) -> str:
    return render_template(
        "staff/users.html",
        users=accounts.list_users(db.session),
        networks=suggest_networks(form.network.data),
        form=form,
        errors=errors,
        news=request.args.get("news", ""),
    )
