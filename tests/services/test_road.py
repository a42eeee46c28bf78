"""The whole road through the use cases, on both databases."""

from sqlalchemy.orm import Session

from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.services import numbers
from om_selfcheck.services.record import verify_record
from tests import factories
from tests.factories import TODAY


def test_a_complete_round_is_issued_and_its_number_answers(session: Session) -> None:
    actor = factories.make_complete(session)
    number = factories.issue(session, actor)
    answer = numbers.find_public_answer(session, typed=number.lower(), today=TODAY)
    assert answer.status is DeclarationStatus.VALID
    assert answer.company_name == "Tischlerei Brandt GmbH"
    assert verify_record(session) == []
