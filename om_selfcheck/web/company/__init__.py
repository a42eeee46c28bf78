"""The company's road: start, rate, plan, declare, afterwards, and who may see what."""

from om_selfcheck.web.company import (
    belongings,
    correction,
    declaration,
    documents,
    history,
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
)
from om_selfcheck.web.company.blueprint import bp

__all__ = [
    "belongings",
    "bp",
    "correction",
    "declaration",
    "documents",
    "history",
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
]
