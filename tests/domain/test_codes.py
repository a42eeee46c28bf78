"""The codes of the domain are stored for years: their values and their order are frozen here."""

import importlib
import pkgutil
from enum import StrEnum

import pytest

import om_selfcheck.domain
from om_selfcheck.domain import checkpoint, declaration, snapshot
from om_selfcheck.domain.access import Obstacle, Office, Right, Role, Strength, Task
from om_selfcheck.domain.action_plan import ActionField, Hint, Urgency
from om_selfcheck.domain.address import CodeAnswer
from om_selfcheck.domain.audit import (
    AuditMove,
    AuditOutcome,
    AuditState,
    CheckItem,
    Decision,
    FindingAnswer,
    Occasion,
    Side,
    StepKind,
)
from om_selfcheck.domain.comparison import MeasureChange
from om_selfcheck.domain.completeness import Criterion
from om_selfcheck.domain.correction import CorrectedPart
from om_selfcheck.domain.deadlines import DeadlineKind
from om_selfcheck.domain.declaration import (
    Confirmation,
    DeclarationStatus,
    DetailField,
    ReminderChoice,
    WithdrawalReason,
)
from om_selfcheck.domain.delivery import Delivery
from om_selfcheck.domain.foreign_report import ReportOutcome
from om_selfcheck.domain.help import OrganisationKind
from om_selfcheck.domain.invitation import InvitationState
from om_selfcheck.domain.merging import Merge
from om_selfcheck.domain.message import MessageKind, MessageState, Problem
from om_selfcheck.domain.network import NetworkKind
from om_selfcheck.domain.progress import ActionState, Effect
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.reconciliation import Difference
from om_selfcheck.domain.record import GENESIS, Verb
from om_selfcheck.domain.register import AuditStanding, RegisterOrder
from om_selfcheck.domain.release import ReleaseLevel
from om_selfcheck.domain.reminders import RenewalTone
from om_selfcheck.domain.retention import Notice
from om_selfcheck.domain.statistics.published import FigureKind
from om_selfcheck.domain.statistics.report import Bound
from om_selfcheck.domain.statistics.stages import Stage
from om_selfcheck.domain.tampering import Damage
from om_selfcheck.domain.waiting import CaseWait

CODES: dict[type[StrEnum], str] = {
    Right: "OWNER=owner EDITOR=editor READER=reader DOER=doer CALENDAR=calendar",
    Task: (
        "READ=read RATE=rate PLAN=plan DECLARE=declare SHARE=share FOLLOW_UP=follow_up DO=do SUBSCRIBE=subscribe "
        "OWN=own"
    ),
    Role: "STAFF=staff COORDINATOR=coordinator",
    Strength: "LINK=link PASSWORD=password SECOND_FACTOR=second_factor",
    Office: (
        "ACCOUNT=account SECURE=secure COORDINATE=coordinate SEE_COMPANIES=see_companies "
        "SEE_RELEASED=see_released OVERSEE=oversee OVERSEE_FRESH=oversee_fresh"
    ),
    Obstacle: "FOREIGN=foreign WEAK=weak STALE=stale",
    OrganisationKind: (
        "CHAMBER=chamber GUILD=guild DEVELOPMENT=development SOCIAL_INSURER=social_insurer SCIENCE=science "
        "ASSOCIATION=association UNION=union OTHER=other"
    ),
    NetworkKind: "REGIONAL=regional SPECIALIST_GROUP=specialist_group",
    InvitationState: "OPEN=open EXPIRED=expired WITHDRAWN=withdrawn",
    ReleaseLevel: "NOTHING=nothing STATUS=status TOPICS=topics PLAN=plan",
    Urgency: "HIGH=high MEDIUM=medium LOW=low",
    ActionField: (
        "DESCRIPTION=description URGENCY=urgency RESPONSIBLE=responsible DUE_ON=due_on "
        "FOLLOW_UP=follow_up FOLLOW_UP_ON=follow_up_on"
    ),
    Hint: (
        "SAME_TEXT_TWICE=same_text_twice DUE_IN_THE_PAST=due_in_the_past DUE_AT_ONCE=due_at_once "
        "FOLLOW_UP_BEFORE_DUE=follow_up_before_due EVERYBODY_RESPONSIBLE=everybody_responsible"
    ),
    Criterion: "RATED=rated PLANNED=planned FILLED_IN=filled_in",
    Delivery: (
        "SENT=sent UNDER_WAY=under_way NEEDLESS=needless NO_ADDRESS=no_address "
        "ADDRESS_CHANGED=address_changed UNDELIVERABLE=undeliverable"
    ),
    DeadlineKind: "DUE=due FOLLOW_UP=follow_up END=end",
    Confirmation: "MAY_DECLARE=may_declare PUBLIC_NUMBER=public_number INSIGHT=insight",
    DetailField: (
        "COMPANY_NAME=company_name STREET=street POSTAL_CODE=postal_code CITY=city "
        "SIGNATORY_NAME=signatory_name SIGNATORY_FUNCTION=signatory_function PLACE=place "
        "CONFIRM_MAY_DECLARE=confirm_may_declare CONFIRM_PUBLIC_NUMBER=confirm_public_number "
        "CONFIRM_INSIGHT=confirm_insight"
    ),
    ReminderChoice: "EMAIL=email CALENDAR=calendar NOT_AT_ALL=not_at_all",
    DeclarationStatus: "WITHDRAWN=withdrawn REPLACED=replaced EXPIRED=expired VALID=valid UNKNOWN=unknown",
    WithdrawalReason: "OWN_WISH=own_wish CRITERIA_NOT_MET=criteria_not_met NOT_FROM_COMPANY=not_from_company",
    NeedForAction: "URGENT=urgent SOME=some NONE=none",
    Verb: (
        "QUESTIONNAIRE_PUBLISHED=questionnaire_published ASSESSMENT_STARTED=assessment_started "
        "GRANT_CREATED=grant_created GRANT_REVOKED=grant_revoked KEY_RENEWED=key_renewed "
        "DECLARATION_ISSUED=declaration_issued DECLARATION_REPLACED=declaration_replaced "
        "RENEWAL_STARTED=renewal_started ADDRESS_CONFIRMED=address_confirmed ADDRESS_REMOVED=address_removed "
        "REMINDERS_ENDED=reminders_ended DATA_EXPORTED=data_exported COMPANY_ERASED=company_erased "
        "GRANT_OPENED=grant_opened ASSESSMENT_CLEARED=assessment_cleared PAYLOADS_ERASED=payloads_erased "
        "USER_ADDED=user_added USER_DEACTIVATED=user_deactivated USER_REACTIVATED=user_reactivated "
        "USER_RESET=user_reset ROLE_CHANGED=role_changed MEMBER_ADDED=member_added MEMBER_REMOVED=member_removed "
        "SIGNED_IN=signed_in PASSWORD_SET=password_set "
        "SECOND_FACTOR_ADDED=second_factor_added SECOND_FACTOR_REMOVED=second_factor_removed "
        "RECOVERY_CODES_MADE=recovery_codes_made RECOVERY_CODE_USED=recovery_code_used "
        "NETWORK_ADDED=network_added NETWORK_CHANGED=network_changed NETWORK_CLOSED=network_closed "
        "NETWORK_REOPENED=network_reopened INVITATION_CREATED=invitation_created "
        "INVITATION_CHANGED=invitation_changed INVITATION_WITHDRAWN=invitation_withdrawn "
        "NETWORK_JOINED=network_joined NETWORK_LEFT=network_left NETWORK_CHOICE_CHANGED=network_choice_changed "
        "RELEASE_BEGUN=release_begun RELEASE_ENDED=release_ended MEMBERS_EXPORTED=members_exported "
        "COMPANIES_NUDGED=companies_nudged "
        "DECLARATION_CORRECTED=declaration_corrected REGISTER_EXPORTED=register_exported "
        "RECORD_EXPORTED=record_exported "
        "SAMPLE_DRAWN=sample_drawn AUDIT_STARTED=audit_started AUDIT_ASKED=audit_asked "
        "SNAPSHOT_OPENED=snapshot_opened OPENING_ENDED=opening_ended SNAPSHOT_SEEN=snapshot_seen "
        "FINDINGS_NOTED=findings_noted FINDINGS_SUBMITTED=findings_submitted "
        "FINDINGS_RETURNED=findings_returned AUDIT_CLOSED=audit_closed LETTER_POSTED=letter_posted "
        "WITHDRAWAL_PROPOSED=withdrawal_proposed HEARING_ANSWERED=hearing_answered "
        "WITHDRAWAL_DROPPED=withdrawal_dropped DECLARATION_WITHDRAWN=declaration_withdrawn "
        "REPORT_RECEIVED=report_received REPORT_CLOSED=report_closed NAME_HIDDEN=name_hidden NAME_SHOWN=name_shown"
    ),
    CorrectedPart: "NAME=name ADDRESS=address SIGNATORY=signatory",
    RegisterOrder: "NEWEST=newest OLDEST=oldest",
    AuditStanding: "NONE=none OPEN=open OVERDUE=overdue CLOSED=closed",
    AuditState: "DRAWN=drawn ASKED=asked OPENED=opened SECOND_READING=second_reading HEARING=hearing CLOSED=closed",
    AuditMove: (
        "ASK=ask OPEN=open DECLINE=decline LEAVE=leave SUBMIT=submit RETURN=return CONFIRM=confirm PROPOSE=propose "
        "DECIDE=decide SETTLE=settle"
    ),
    AuditOutcome: (
        "IN_ORDER=in_order ADVICE=advice CORRECTION_AGREED=correction_agreed NOT_LOOKED_INTO=not_looked_into "
        "WITHDRAWAL_PROPOSED=withdrawal_proposed KEPT=kept"
    ),
    StepKind: (
        "DRAWN=drawn REPORTED=reported ASKED=asked MESSAGE=message OPENED=opened OPENING_ENDED=opening_ended "
        "LOOKED=looked NOTED=noted SUBMITTED=submitted RETURNED=returned CLOSED=closed DECLINED=declined "
        "WITHDRAWAL_PROPOSED=withdrawal_proposed ANSWERED=answered WITHDRAWN=withdrawn KEPT=kept "
        "OWN_WITHDRAWAL=own_withdrawal"
    ),
    Side: "STAFF=staff COMPANY=company SYSTEM=system",
    CheckItem: (
        "CRITERIA=criteria RATINGS=ratings DESCRIPTIONS=descriptions RESPONSIBLE=responsible DATES=dates "
        "FOLLOW_UPS=follow_ups WORDING=wording"
    ),
    CaseWait: "ANSWERED=answered OVERDUE=overdue UNPOSTED=unposted",
    FindingAnswer: "YES=yes PARTLY=partly NO=no NOT_SEEN=not_seen",
    Decision: "WITHDRAWN=withdrawn KEPT=kept",
    ReportOutcome: "NOT_CONFIRMED=not_confirmed NO_ANSWER=no_answer WITHDRAWN=withdrawn",
    Occasion: "ASKED=asked MESSAGE=message HEARING=hearing WITHDRAWN=withdrawn CLOSED=closed",
    Damage: (
        "MISSING=missing REORDERED=reordered CHANGED=changed PAYLOAD_CHANGED=payload_changed "
        "PAYLOAD_MISSING=payload_missing HEAD_CHANGED=head_changed ADDED=added CUT_OFF=cut_off REWRITTEN=rewritten "
        "MISDATED=misdated"
    ),
    Difference: (
        "NOT_ISSUED=not_issued ISSUED_TWICE=issued_twice DELETED=deleted REDATED=redated HASH_CHANGED=hash_changed "
        "SNAPSHOT_CHANGED=snapshot_changed SNAPSHOT_GONE=snapshot_gone SNAPSHOT_BACK=snapshot_back "
        "WITHDRAWAL_UNRECORDED=withdrawal_unrecorded WITHDRAWAL_UNDONE=withdrawal_undone "
        "WITHDRAWAL_CHANGED=withdrawal_changed REPLACEMENT_UNRECORDED=replacement_unrecorded "
        "REPLACEMENT_UNDONE=replacement_undone REPLACEMENT_CHANGED=replacement_changed "
        "CORRECTION_UNRECORDED=correction_unrecorded CORRECTION_GONE=correction_gone "
        "CORRECTION_CHANGED=correction_changed NAME_CHANGED=name_changed "
        "HIDING_UNRECORDED=hiding_unrecorded HIDING_UNDONE=hiding_undone"
    ),
    RenewalTone: "EARLY=early SOON=soon LAST=last OVER=over",
    MeasureChange: "UNCHANGED=unchanged CHANGED=changed NEW=new DROPPED=dropped",
    ActionState: "OPEN=open IN_PROGRESS=in_progress DONE=done DROPPED=dropped",
    Effect: "YES=yes PARTLY=partly NO=no TOO_EARLY=too_early",
    MessageKind: (
        "CONFIRM_ADDRESS=confirm_address ADDRESS_CHANGED=address_changed ACCESS_LINK=access_link LOST_LINK=lost_link "
        "RENEWAL=renewal ACTION_DUE=action_due FOLLOW_UP=follow_up DOER_INVITED=doer_invited "
        "RETENTION=retention CHECKPOINT=checkpoint SIGN_IN_LINK=sign_in_link SET_UP_LINK=set_up_link "
        "ACCOUNT_CHANGED=account_changed NUDGE=nudge DECLARATION_CORRECTED=declaration_corrected "
        "AUDIT=audit OFFICE=office"
    ),
    MessageState: (
        "QUEUED=queued SENDING=sending SENT=sent FAILED=failed UNDELIVERABLE=undeliverable CANCELLED=cancelled"
    ),
    Notice: "FIRST=first LAST=last",
    CodeAnswer: "RIGHT=right WRONG=wrong EXPIRED=expired USED_UP=used_up NOTHING_WAITS=nothing_waits",
    Problem: (
        "NOT_REACHED=not_reached NOT_SECURE=not_secure LOGIN_REFUSED=login_refused SENDER_REFUSED=sender_refused "
        "NOT_NOW=not_now UNANSWERED=unanswered ADDRESS_REFUSED=address_refused TEXT_REFUSED=text_refused "
        "NOT_WRITTEN=not_written BROKEN_OFF=broken_off"
    ),
    Merge: "KEEP=keep WRITE=write CONFLICT=conflict",
    Stage: (
        "STARTED=started HALF_RATED=half_rated ALL_RATED=all_rated PLAN_COMPLETE=plan_complete "
        "DECLARED=declared RENEWED=renewed"
    ),
    FigureKind: "STAGES=stages ANSWERS=answers PROGRESS=progress",
    Bound: "ABOUT=about BELOW=below ABOVE=above",
}


@pytest.mark.parametrize(("codes", "frozen"), CODES.items(), ids=lambda part: getattr(part, "__name__", ""))
def test_codes_keep_their_names_values_and_order(codes: type[StrEnum], frozen: str) -> None:
    assert " ".join(f"{code.name}={code.value}" for code in codes) == frozen


def test_every_enum_of_the_domain_is_frozen_here() -> None:
    modules = [
        importlib.import_module(name)
        for _, name, _ in pkgutil.walk_packages(om_selfcheck.domain.__path__, "om_selfcheck.domain.")
    ]
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
    }
    assert found == set(CODES)


def test_what_else_is_stored_for_years_stays_as_it_is() -> None:
    assert GENESIS == "0" * 64
    assert checkpoint.FORMAT == "om-selbstcheck-record-1"
    assert snapshot.FORMAT == 1
    assert declaration.CONDITIONS_VERSION == "2"
