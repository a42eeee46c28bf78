"""The company's road: start, rate, plan, declare, afterwards, and who may see what."""

from om_selfcheck.web.company import (
    audits,
    declaration,
    documents,
    mails,
    mine,
    overview,
    plan,
    progress,
    rating,
    renewal,
    responsible,
    sharing,
    subscription,
    withdrawal,
)
from om_selfcheck.web.company.blueprint import bp

__all__ = [
    "audits",
    "bp",
    "declaration",
    "documents",
    "mails",
    "mine",
    "overview",
    "plan",
    "progress",
    "rating",
    "renewal",
    "responsible",
    "sharing",
    "subscription",
    "withdrawal",
]
