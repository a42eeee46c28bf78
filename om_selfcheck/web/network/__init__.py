"""Pages of a network's coordinators, below ``/network/<slug>``."""

from om_selfcheck.web.network import (
    companies,
    contacts,
    figures,
    handing_on,
    links,
    nudge,
    report,
    routes,
    settings,
)
from om_selfcheck.web.network.blueprint import bp

__all__ = [
    "bp",
    "companies",
    "contacts",
    "figures",
    "handing_on",
    "links",
    "nudge",
    "report",
    "routes",
    "settings",
]
