"""Pages of the coordinating office (*Geschäftsstelle*)."""

from om_selfcheck.web.staff import (
    audits,
    cases,
    corrections,
    dashboard,
    findings,
    mails,
    networks,
    postings,
    record,
    register,
    reports,
    samples,
    users,
)
from om_selfcheck.web.staff.blueprint import bp

__all__ = [
    "audits",
    "bp",
    "cases",
    "corrections",
    "dashboard",
    "findings",
    "mails",
    "networks",
    "postings",
    "record",
    "register",
    "reports",
    "samples",
    "users",
]
