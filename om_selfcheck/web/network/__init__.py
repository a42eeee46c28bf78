"""Pages of a network's coordinators, below ``/network/<slug>``."""

from om_selfcheck.web.network import companies, handing_on, links, routes, settings
from om_selfcheck.web.network.blueprint import bp

__all__ = ["bp", "companies", "handing_on", "links", "routes", "settings"]
