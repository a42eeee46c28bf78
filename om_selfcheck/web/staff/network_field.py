"""A network as the office names it in a form: typed by slug or whole name, with some to choose from."""

from collections.abc import Collection, MutableMapping

from wtforms import Field

from om_selfcheck.domain.text import LINE_LENGTH
from om_selfcheck.extensions import db
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services import networks
from om_selfcheck.services.networks import Network


def read_network(field: Field, errors: MutableMapping[str, str]) -> Network | None:
    """Return the network that was typed. What means none is named, with those that sound like it."""
    if not field.data or field.name in errors:
        return None
    found = networks.find_network(db.session, typed=field.data)
    if found is None:
        errors[field.name] = _refuse(field.data)
    return found


def suggest_networks(typed: str | None, *, but: Collection[Network] = ()) -> list[tuple[str, str]]:
    """Return slug and name of networks to choose from."""
    found = networks.suggest_networks(db.session, typed=(typed or "")[:LINE_LENGTH])
    return [(one.slug, one.name) for one in found if one not in but]


def _refuse(typed: str) -> str:
    similar = networks.search_networks(db.session, words=typed, after="", at_most=networks.SUGGESTED).networks
    if not similar:
        return _("Kein Netzwerk heißt so. Bitte den Namen vergleichen, wie er unter „Netzwerke“ steht.")
    names = ", ".join(_("%(name)s (Kurzname %(slug)s)", name=one.name, slug=one.slug) for one in similar)
    return _(
        "Das passt nicht eindeutig zu einem Netzwerk. Ähnlich heißen: %(names)s. Der Kurzname genügt.", names=names
    )
