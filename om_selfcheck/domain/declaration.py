"""The self-declaration: what has to be filled in (R11), how long it holds (R12, D5) and its status on a day (D8)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from om_selfcheck.domain.text import has_letter

VALID_YEARS = 2
RENEWAL_WINDOW = timedelta(days=90)
POSTAL_CODE_LENGTH = 5


class Confirmation(StrEnum):
    """What the signatory ticks before issuing; with the conditions shown beside it, it has a version (D14)."""

    MAY_DECLARE = "may_declare"
    PUBLIC_NUMBER = "public_number"
    INSIGHT = "insight"


CONDITIONS_VERSION = "2"


class DetailField(StrEnum):
    """The fields of the declaration that have to be filled in, in the order they are asked (R11)."""

    COMPANY_NAME = "company_name"
    STREET = "street"
    POSTAL_CODE = "postal_code"
    CITY = "city"
    SIGNATORY_NAME = "signatory_name"
    SIGNATORY_FUNCTION = "signatory_function"
    PLACE = "place"
    CONFIRM_MAY_DECLARE = "confirm_may_declare"
    CONFIRM_PUBLIC_NUMBER = "confirm_public_number"
    CONFIRM_INSIGHT = "confirm_insight"


class ReminderChoice(StrEnum):
    """How a company wants to be reminded; nothing is preselected, and it may choose nothing."""

    EMAIL = "email"
    CALENDAR = "calendar"
    NOT_AT_ALL = "not_at_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationDetails:
    """Who declares: company, signatory, place and confirmations, as far as they are filled in."""

    company_name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    signatory_name: str = ""
    signatory_function: str = ""
    place: str = ""
    confirmations: frozenset[Confirmation] = frozenset()
    has_signature_line: bool = False

    @property
    def missing(self) -> tuple[DetailField, ...]:
        """The fields that keep the declaration from being filled in (R11)."""
        is_given = {
            DetailField.COMPANY_NAME: has_letter(self.company_name) or any(map(str.isnumeric, self.company_name)),
            DetailField.STREET: has_letter(self.street),
            DetailField.POSTAL_CODE: is_postal_code(self.postal_code),
            DetailField.CITY: has_letter(self.city),
            DetailField.SIGNATORY_NAME: has_letter(self.signatory_name),
            DetailField.SIGNATORY_FUNCTION: has_letter(self.signatory_function),
            DetailField.PLACE: has_letter(self.place),
            DetailField.CONFIRM_MAY_DECLARE: Confirmation.MAY_DECLARE in self.confirmations,
            DetailField.CONFIRM_PUBLIC_NUMBER: Confirmation.PUBLIC_NUMBER in self.confirmations,
            DetailField.CONFIRM_INSIGHT: Confirmation.INSIGHT in self.confirmations,
        }
        return tuple(field for field in DetailField if not is_given[field])


def is_postal_code(text: str) -> bool:
    """Say whether a text is a German postal code: five ASCII digits, from 01001 on.

    >>> is_postal_code("01067"), is_postal_code("1067"), is_postal_code("00000"), is_postal_code("²1067")
    (True, False, False, False)
    """
    return len(text) == POSTAL_CODE_LENGTH and text.isascii() and text.isdigit() and text > "01000"


class DeclarationStatus(StrEnum):
    """What the number's page answers, in the precedence of D8; a number that does not exist is UNKNOWN."""

    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"
    VALID = "valid"
    UNKNOWN = "unknown"


class WithdrawalReason(StrEnum):
    """The closed list of public reasons (D14)."""

    OWN_WISH = "own_wish"
    CRITERIA_NOT_MET = "criteria_not_met"
    NOT_FROM_COMPANY = "not_from_company"


def last_valid_day(issued_on: date) -> date:
    """Return the end of the two years (D5; BGB §§ 187(1), 188(2)(3)): the same-numbered day, 28 Feb for 29 Feb."""
    try:
        return issued_on.replace(year=issued_on.year + VALID_YEARS)
    except ValueError:
        return date(issued_on.year + VALID_YEARS, 2, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfDeclaration:
    """The facts its status is computed from; the status itself is never stored."""

    issued_on: date
    withdrawn_on: date | None = None
    replaced_on: date | None = None

    @property
    def valid_until(self) -> date:
        """The last valid day, in Berlin."""
        return last_valid_day(self.issued_on)

    def status_on(self, today: date) -> DeclarationStatus:
        """Return the status on a day, in the precedence withdrawn, replaced, expired, valid (D8)."""
        if self.withdrawn_on is not None and self.withdrawn_on <= today:
            return DeclarationStatus.WITHDRAWN
        if self.replaced_on is not None and self.replaced_on <= today:
            return DeclarationStatus.REPLACED
        if self.valid_until < today:
            return DeclarationStatus.EXPIRED
        return DeclarationStatus.VALID

    def is_due_for_renewal_on(self, today: date) -> bool:
        """Say whether the end is at most 90 days away; a predicate beside the status, not a status (D8)."""
        is_valid = self.status_on(today) is DeclarationStatus.VALID
        return is_valid and self.valid_until - today <= RENEWAL_WINDOW

    def invites_renewal_on(self, today: date) -> bool:
        """Say whether the company should be asked to declare anew: the end is near, or behind it."""
        return self.status_on(today) is DeclarationStatus.EXPIRED or self.is_due_for_renewal_on(today)


def find_terms(
    issued_on: date | None, *, withdrawn_on: date | None, replaced_on: date | None
) -> SelfDeclaration | None:
    """Return the facts of a round's declaration; None for a round that has none yet."""
    if issued_on is None:
        return None
    return SelfDeclaration(issued_on=issued_on, withdrawn_on=withdrawn_on, replaced_on=replaced_on)
