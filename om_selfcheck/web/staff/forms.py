"""The forms of the coordinating office."""

from wtforms import Form

from om_selfcheck.domain.access import Role
from om_selfcheck.domain.audit import AuditState
from om_selfcheck.domain.declaration import DeclarationStatus
from om_selfcheck.domain.questionnaire import LANGUAGES
from om_selfcheck.domain.record import Verb
from om_selfcheck.domain.register import AuditStanding, RegisterOrder
from om_selfcheck.domain.waiting import CaseWait
from om_selfcheck.web.inputs import code_field, day_field, email_field, line_field

CHECK_LENGTH, NUMBER_LENGTH = 65, 40
ACTOR_LENGTH, SUBJECT_LENGTH, SEQ_LENGTH = 50, 100, 15
PLACE_LENGTH = 90


class InviteForm(Form):  # type: ignore[misc]  # WTForms ships no types
    email = email_field()
    name = line_field()
    role = code_field(Role)
    network = line_field()
    language = code_field(LANGUAGES)


class RoleForm(Form):  # type: ignore[misc]
    role = code_field(Role)


class NetworkForm(Form):  # type: ignore[misc]
    network = line_field()


class RegisterForm(Form):  # type: ignore[misc]
    """What the register is asked for, as it stands in the address; checks and networks are the ones there are."""

    search = line_field()
    check = line_field(CHECK_LENGTH)
    network = line_field()
    issued_from = day_field()
    issued_to = day_field()
    status = code_field(status for status in DeclarationStatus if status is not DeclarationStatus.UNKNOWN)
    audit = code_field(AuditStanding)
    order = code_field(RegisterOrder)
    after = line_field(NUMBER_LENGTH)


class CasesForm(Form):  # type: ignore[misc]
    """Which open cases are asked for."""

    state = code_field(state for state in AuditState if state is not AuditState.CLOSED)
    waits = code_field(CaseWait)
    after = line_field(PLACE_LENGTH)


class MailsForm(Form):  # type: ignore[misc]
    after = line_field(NUMBER_LENGTH)


class RecordForm(Form):  # type: ignore[misc]
    """What the record is asked for."""

    verb = code_field(Verb)
    actor = line_field(ACTOR_LENGTH)
    subject = line_field(SUBJECT_LENGTH)
    from_day = day_field()
    to_day = day_field()
    before = line_field(SEQ_LENGTH)
