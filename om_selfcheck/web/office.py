"""Where those who sign in can go: the pages of the coordinating office, and those of one network.

A page that belongs there adds its line to one of the two lists below.
"""

from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _

from om_selfcheck import clock
from om_selfcheck.domain.access import Obstacle, Office
from om_selfcheck.services.accounts import Person
from om_selfcheck.services.networks import Network
from om_selfcheck.web.signed_in import find_signed_in

STAFF_PAGES: Final = (
    ("staff.dashboard", _("Überblick")),
    ("staff.register", _("Register")),
    ("staff.audits", _("Fälle")),
    ("staff.samples", _("Stichproben")),
    ("staff.networks", _("Netzwerke")),
    ("staff.record", _("Ereignisprotokoll")),
    ("staff.users", _("Zugänge")),
)
NETWORK_PAGES: Final = (
    ("network.home", _("Übersicht")),
    ("network.links", _("Einladungslinks")),
    ("network.figures", _("Zahlen")),
    ("network.companies", _("Betriebe")),
    ("network.contacts", _("Hilfe in der Region")),
    ("network.settings", _("Angaben")),
    ("network.coordinators", _("Koordination")),
)
HOMES: Final = ("network.home", "staff.dashboard")


@dataclass(frozen=True, slots=True)
class Entry:
    """A place to go. The page itself and those below it are the current one."""

    label: str
    endpoint: str
    url: str
    is_current: bool
    is_of_network: bool


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(office_entries=_entries_here)


def navigation_for(person: Person, network: Network | None) -> list[Entry]:
    """List where somebody can go: the office's pages for its staff, and the pages of the network at hand."""
    entries: list[Entry] = []
    if person.may(Office.OVERSEE, clock.now()):
        entries += [_entry(endpoint, str(label)) for endpoint, label in STAFF_PAGES]
    if network is not None:
        entries += [
            _entry(endpoint, str(label), network.slug)
            for endpoint, label in NETWORK_PAGES
            if not _is_foreign(person, network, endpoint)
        ]
    return entries


def _is_foreign(person: Person, network: Network, endpoint: str) -> bool:
    """Say whether a page is not somebody's at all; one that needs a stronger sign-in is."""
    office: Office = vars(current_app.view_functions[endpoint])["access"]  # left there by the guard
    return person.find_obstacle(office, clock.now(), network.network_id) is Obstacle.FOREIGN


def _entries_here() -> list[Entry]:
    person = find_signed_in()
    return navigation_for(person, g.get("network")) if person else []


def _entry(endpoint: str, label: str, slug: str | None = None) -> Entry:
    url = url_for(endpoint, slug=slug) if slug else url_for(endpoint)
    path = url.partition("?")[0]
    is_home = endpoint in HOMES
    is_current = request.path == path or (not is_home and request.path.startswith(f"{path}/"))
    return Entry(label, endpoint, url, is_current, is_of_network=slug is not None)
