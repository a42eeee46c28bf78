"""The company's road: start, rate, plan, declare, afterwards, and who may see what."""

from om_selfcheck.web.company import (
    audits,
    belongings,
    declaration,
    documents,
    mails,
    mine,
    network,
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
    "belongings",
    "bp",
    "declaration",
    "documents",
    "mails",
    "mine",
    "network",
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
