"""Mails about a case: the same words as on paper."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.message import MessageKind
from om_selfcheck.services.case_letters import OVER_WITH_CASE, SUBJECT, CaseLetter, make_letter
from om_selfcheck.services.letters import Claimed, Prepare
from om_selfcheck.store.queries import addresses, audits


def prepare_case_letter(session: Session, claimed: Claimed, now: datetime) -> CaseLetter | None:  # noqa: ARG001 - as all letters
    """Return what is to be said; None once the address is another one, or the case was closed over a question."""
    audit_id = UUID(claimed.subject.removeprefix(SUBJECT))
    found, step = (
        audits.find_audit(session, audit_id),
        audits.find_step(session, audit_id=audit_id, step_id=UUID(claimed.stage)),
    )
    if found is None or step is None:
        return None
    audit, declaration = found
    if addresses.get_company(session, declaration.company_id).confirmed_email != claimed.address:
        return None
    letter = make_letter(session, audit, declaration, step)
    is_over = audit.state == AuditState.CLOSED and letter is not None and letter.occasion in OVER_WITH_CASE
    return None if is_over else letter


PREPARE: dict[MessageKind, Prepare] = {MessageKind.AUDIT: prepare_case_letter}
