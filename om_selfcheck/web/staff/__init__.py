"""Pages of the coordinating office (*Geschäftsstelle*)."""

from om_selfcheck.web.staff import audits, corrections, dashboard, networks, record, register, reports, samples, users
from om_selfcheck.web.staff.blueprint import bp

__all__ = [
    "audits",
    "bp",
    "corrections",
    "dashboard",
    "networks",
    "record",
    "register",
    "reports",
    "samples",
    "users",
]
