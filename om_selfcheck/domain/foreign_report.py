"""Reports *not from us*: somebody says that a declaration is not from the company it names (D15)."""

from datetime import timedelta
from enum import StrEnum

from om_selfcheck.domain.throttle import Limit

REPORTS_OF_NETWORK = Limit(name="reports-of-network", most=10, window=timedelta(hours=1))
REPORTS_OF_NUMBER = Limit(name="reports-of-number", most=20, window=timedelta(days=1))


class ReportOutcome(StrEnum):
    """How a report ended."""

    NOT_CONFIRMED = "not_confirmed"
    NO_ANSWER = "no_answer"
    WITHDRAWN = "withdrawn"
