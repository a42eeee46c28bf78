"""The company's road: start, rate, plan, declare, afterwards, and who may see what."""

from om_selfcheck.web.company import (
    audits,
    belongings,
    correction,
    declaration,
    documents,
    help,  # noqa: A004 - a page of that name
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
    withdrawal,
)
from om_selfcheck.web.company.blueprint import bp

__all__ = [
    "audits",
    "belongings",
    "bp",
    "correction",
    "declaration",
    "documents",
    "help",
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
    "withdrawal",
]
