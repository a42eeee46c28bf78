"""The company's road: start, rate, plan, declare, afterwards, and who may see what."""

from om_selfcheck.web.company import (
    declaration,
    documents,
    mine,
    overview,
    plan,
    progress,
    rating,
    responsible,
    sharing,
    subscription,
)
from om_selfcheck.web.company.blueprint import bp

__all__ = [
    "bp",
    "declaration",
    "documents",
    "mine",
    "overview",
    "plan",
    "progress",
    "rating",
    "responsible",
    "sharing",
    "subscription",
]
