"""Pages of a network's coordinators, below ``/network/<slug>``."""

from om_selfcheck.web.network import routes
from om_selfcheck.web.network.blueprint import bp

__all__ = ["bp", "routes"]
