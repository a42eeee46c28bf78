"""Invitation links: making, changing, withdrawing them, and their addresses to hand on."""

from datetime import date
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.text import clean_line
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import invitations
from om_selfcheck.web.access import current_network, current_person, require_person
from om_selfcheck.web.inputs import NOT_OFFERED, find_faults, shown_values, wanted_values
from om_selfcheck.web.network import pages
from om_selfcheck.web.network.blueprint import bp
from om_selfcheck.web.network.forms import LinkForm, NewLinkForm
from om_selfcheck.web.sessions import commit

UNPROCESSABLE, CONFLICT = 422, 409


@bp.get("/links")
@require_person(Office.COORDINATE)
def links(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    network = current_network()
    return render_template(
        "network/links.html",
        network=network,
        links=invitations.list_links(db.session, network=network, today=clock.today()),
        titles=pages.check_titles(),
    )


@bp.get("/links/new")
@require_person(Office.COORDINATE)
def new_link(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render_new({}, {})


@bp.post("/links/new")
@require_person(Office.COORDINATE)
def create_link(slug: str) -> ResponseReturnValue:
    form = NewLinkForm(request.form)
    errors = _find_faults(form)
    if form.questionnaire.data and form.questionnaire.data not in pages.check_titles():
        errors["questionnaire"] = str(NOT_OFFERED)
    if not form.label.data:
        errors["label"] = _("Bitte eine Bezeichnung eintragen, damit Sie den Link wiederfinden.")
    if errors:
        return _render_new(form.data, errors), UNPROCESSABLE
    link_id = invitations.create_link(
        db.session,
        network=current_network(),
        label=form.label.data,
        questionnaire_slug=form.questionnaire.data,
        note=form.note.data,
        expires_on=date.fromisoformat(form.expires_on.data) if form.expires_on.data else None,
        by=current_person().actor,
        now=clock.now(),
    )
    commit()
    return redirect(url_for("network.link", slug=slug, link_id=link_id, news="made"), 303)


@bp.get("/links/<uuid:link_id>")
@require_person(Office.COORDINATE)
def link(slug: str, link_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render_link(link_id, {}, {}, {})


@bp.post("/links/<uuid:link_id>")
@require_person(Office.COORDINATE)
def change_link(slug: str, link_id: UUID) -> ResponseReturnValue:
    """Save label, note and last day, field by field."""
    form = LinkForm(request.form)
    errors = _find_faults(form)
    wanted = wanted_values(form, request.form, invitations.FIELDS)
    if wanted.get("label") == "":
        errors["label"] = _("Bitte eine Bezeichnung eintragen, damit Sie den Link wiederfinden.")
    conflicts = invitations.change_link(
        db.session,
        network=current_network(),
        link_id=link_id,
        wanted={name: value for name, value in wanted.items() if name not in errors},
        shown=shown_values(request.form, invitations.FIELDS),
        by=current_person().actor,
        now=clock.now(),
    )
    commit()
    if errors or conflicts:
        stored = {conflict.name: conflict.stored for conflict in conflicts}
        return _render_link(link_id, wanted, errors, stored), UNPROCESSABLE if errors else CONFLICT
    return redirect(url_for("network.link", slug=slug, link_id=link_id, news="saved"), 303)


@bp.post("/links/<uuid:link_id>/withdraw")
@require_person(Office.COORDINATE)
def withdraw_link(slug: str, link_id: UUID) -> ResponseReturnValue:
    invitations.withdraw_link(
        db.session, network=current_network(), link_id=link_id, by=current_person().actor, now=clock.now()
    )
    commit()
    return redirect(url_for("network.link", slug=slug, link_id=link_id, news="withdrawn"), 303)


@bp.post("/links/<uuid:link_id>/duplicate")
@require_person(Office.COORDINATE)
def duplicate_link(slug: str, link_id: UUID) -> ResponseReturnValue:
    copy_id = invitations.duplicate_link(
        db.session, network=current_network(), link_id=link_id, by=current_person().actor, now=clock.now()
    )
    commit()
    return redirect(url_for("network.link", slug=slug, link_id=copy_id, news="duplicated"), 303)


def _find_faults(form: Form) -> dict[str, str]:
    """Return what is wrong with a link's fields; a last day that is past would invite nobody."""
    errors = find_faults(form)
    typed, shown = form.expires_on.data, clean_line(request.form.get("was-expires_on", ""))
    if typed and typed != shown and "expires_on" not in errors and typed < clock.today().isoformat():
        errors["expires_on"] = _("Dieser Tag ist vorbei. Zum sofortigen Beenden ziehen Sie den Link zurück.")
    return errors


def _render_new(values: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "network/new_link.html", network=current_network(), titles=pages.check_titles(), values=values, errors=errors
    )


def _render_link(link_id: UUID, typed: dict[str, str], errors: dict[str, str], conflicts: dict[str, str]) -> str:
    network = current_network()
    shown = invitations.get_link(db.session, network=network, link_id=link_id, today=clock.today())
    stored = invitations.write_link(shown)
    return render_template(
        "network/link.html",
        network=network,
        link=shown,
        titles=pages.check_titles(),
        address=pages.link_address(shown.token),
        short_address=pages.short_address(shown.token),
        stored=stored,
        values=stored | typed,
        errors=errors,
        conflicts=conflicts,
        news=request.args.get("news", ""),
    )
