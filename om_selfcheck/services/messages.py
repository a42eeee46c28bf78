"""The mail ledger: a mail is queued in the transaction of its cause, once, and sent by whoever claims it (P6)."""

import json
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from om_selfcheck.domain.message import MessageKind, MessageState
from om_selfcheck.store.queries import messages


class Recipient(TypedDict, total=False):
    """Whose mail it is; both may be missing, as for staff."""

    company_id: UUID
    assessment_id: UUID


def queue_message(
    session: Session,
    *,
    kind: MessageKind,
    subject: str,
    stage: str = "",
    address: str,
    language: str,
    facts: dict[str, str] | None = None,
    now: datetime,
    **recipient: Unpack[Recipient],
) -> bool:
    """Queue a mail in the running transaction; False where one of this kind, subject and stage was queued before.

    `subject` names the thing it is about (``declaration:<number>``, ``action:<id>``), `stage` the occasion
    (``90`` days before). `facts` holds what the words need and no table says; never a token.
    """
    message_id = uuid4()
    return messages.add_if_absent(
        session,
        id=message_id,
        kind=kind.value,
        subject=subject,
        stage=stage,
        address=address,
        language=language,
        facts=json.dumps(facts or {}, ensure_ascii=False, sort_keys=True),
        message_id=f"<{message_id}@om-selbstcheck>",
        state=MessageState.QUEUED.value,
        attempts=0,
        next_try_at=now,
        created_at=now,
        problem="",
        **recipient,
    )
