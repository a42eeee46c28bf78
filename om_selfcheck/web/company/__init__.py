"""The company's road: start, rate, plan, declare, afterwards, and who may see what."""

from om_selfcheck.web.company import declaration, documents, mails, overview, plan, rating, renewal, sharing
from om_selfcheck.web.company.blueprint import bp

__all__ = ["bp", "declaration", "documents", "mails", "overview", "plan", "rating", "renewal", "sharing"]
