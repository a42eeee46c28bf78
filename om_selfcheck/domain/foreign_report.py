"""Reports *not from us*: somebody says that a declaration is not from the company it names (D15)."""

from enum import StrEnum


class ReportOutcome(StrEnum):
    """How a report ended."""

    NOT_CONFIRMED = "not_confirmed"
    NO_ANSWER = "no_answer"
    WITHDRAWN = "withdrawn"
