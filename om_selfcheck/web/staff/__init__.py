"""Pages of the coordinating office (*Geschäftsstelle*)."""

from om_selfcheck.web.staff import audits, networks, reports, samples, users
from om_selfcheck.web.staff.blueprint import bp

__all__ = ["audits", "bp", "networks", "reports", "samples", "users"]
