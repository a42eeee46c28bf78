"""The staff's networks: finding and adding one, inviting its coordinator, closing it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from om_selfcheck import clock
from om_selfcheck.domain.access import Office
from om_selfcheck.domain.text import clean_line
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import accounts, networks
from om_selfcheck.services.networks import SlugTaken
from om_selfcheck.web.access import current_network, current_person, require_person
from om_selfcheck.web.inputs import find_faults, wanted_values
from om_selfcheck.web.network.forms import (
    CoordinatorForm,
    NewNetworkForm,
    find_network_gaps,
    find_slug_gaps,
)
from om_selfcheck.web.network.inviting import invite, read_coordinator
from om_selfcheck.web.sessions import commit
from om_selfcheck.web.staff.blueprint import bp

UNPROCESSABLE = 422
LONGEST_QUERY = 100


@bp.get("/networks", endpoint="networks")
@require_person(Office.OVERSEE)
def list_networks() -> ResponseReturnValue:
    words = clean_line(request.args.get("q", ""))[:LONGEST_QUERY]
    page = networks.search_networks(db.session, words=words, after=request.args.get("after", "")[:LONGEST_QUERY])
    return render_template("staff/networks.html", page=page, words=words, is_first="after" not in request.args)


@bp.get("/networks/new")
@require_person(Office.OVERSEE)
def new_network() -> ResponseReturnValue:
    return render_template("staff/new_network.html", values={"language": current_language()}, errors={})


@bp.post("/networks/new")
@require_person(Office.OVERSEE)
def create_network() -> ResponseReturnValue:
    """Add a network; its name in addresses stays for good, because posters carry it on."""
    form = NewNetworkForm(request.form)
    faults = find_faults(form)
    values = wanted_values(form, request.form, ("slug", *networks.FIELDS))
    values = dict.fromkeys(("name", "kind", "slug"), "") | values
    errors = find_network_gaps(values) | find_slug_gaps(values["slug"]) | faults
    if not errors:
        try:
            networks.add_network(
                db.session, slug=values["slug"], values=values, by=current_person().actor, now=clock.now()
            )
        except SlugTaken:
            errors = {"slug": _("Diesen Kurznamen hat schon ein anderes Netzwerk.")}
    if errors:
        return render_template("staff/new_network.html", values=values, errors=errors), UNPROCESSABLE
    commit()
    return redirect(url_for("staff.network", slug=values["slug"], news="added"), 303)


@bp.get("/networks/<slug>")
@require_person(Office.OVERSEE)
def network(slug: str) -> ResponseReturnValue:  # noqa: ARG001 - read by the guard
    return _render_network(CoordinatorForm(), {})


@bp.post("/networks/<slug>/coordinators")
@require_person(Office.OVERSEE_FRESH)
def invite_coordinator(slug: str) -> ResponseReturnValue:
    """Let somebody coordinate a network; whoever has no account yet gets a mail with a link to set it up."""
    form, errors = read_coordinator()
    if errors:
        return _render_network(form, errors), UNPROCESSABLE
    invite(form)
    commit()
    return redirect(url_for("staff.network", slug=slug, news="invited"), 303)


@bp.post("/networks/<slug>/close")
@require_person(Office.OVERSEE_FRESH)
def close_network(slug: str) -> ResponseReturnValue:
    networks.close_network(db.session, slug=slug, by=current_person().actor, now=clock.now())
    commit()
    return redirect(url_for("staff.network", slug=slug, news="saved"), 303)


@bp.post("/networks/<slug>/reopen")
@require_person(Office.OVERSEE_FRESH)
def reopen_network(slug: str) -> ResponseReturnValue:
    networks.reopen_network(db.session, slug=slug, by=current_person().actor, now=clock.now())
    commit()
    return redirect(url_for("staff.network", slug=slug, news="saved"), 303)


def _render_network(form: CoordinatorForm, errors: dict[str, str]) -> str:
    shown = current_network()
    return render_template(
        "staff/network.html",
        network=shown,
        members=accounts.list_members(db.session, network_id=shown.network_id),
        form=form,
        errors=errors,
        news=request.args.get("news", ""),
    )
