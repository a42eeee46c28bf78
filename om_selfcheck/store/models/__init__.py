"""All tables. Importing this package fills `Base.metadata`."""

from om_selfcheck.store.models.account import AccountLink, Membership, User, WebAuthn
from om_selfcheck.store.models.assessment import Action, ActionMeasure, Assessment, Company, Rating
from om_selfcheck.store.models.audit import (
    Audit,
    AuditSample,
    AuditStep,
    Correction,
    Finding,
    ForeignReport,
    Letter,
    Opening,
    Withdrawal,
)
from om_selfcheck.store.models.declaration import Declaration, DeclarationWord, Document
from om_selfcheck.store.models.figures import CountedCompany, CountedRound, PooledLink
from om_selfcheck.store.models.grant import Grant, WebSession
from om_selfcheck.store.models.message import AddressClaim, Message, Throttle
from om_selfcheck.store.models.network import (
    HelpContact,
    HelpTopic,
    InvitationLink,
    Network,
    Nudge,
    Participation,
    PublishedFigures,
    Release,
)
from om_selfcheck.store.models.progress import ActionProgress, Doer, LaterRating
from om_selfcheck.store.models.questionnaire import PublishedQuestionnaire
from om_selfcheck.store.models.record import EventPayload, EventRow, RecordHead

__all__ = [
    "AccountLink",
    "Action",
    "ActionMeasure",
    "ActionProgress",
    "AddressClaim",
    "Assessment",
    "Audit",
    "AuditSample",
    "AuditStep",
    "Company",
    "Correction",
    "CountedCompany",
    "CountedRound",
    "Declaration",
    "DeclarationWord",
    "Document",
    "Doer",
    "EventPayload",
    "EventRow",
    "Finding",
    "ForeignReport",
    "Grant",
    "HelpContact",
    "HelpTopic",
    "InvitationLink",
    "LaterRating",
    "Letter",
    "Membership",
    "Message",
    "Network",
    "Nudge",
    "Opening",
    "Participation",
    "PooledLink",
    "PublishedFigures",
    "PublishedQuestionnaire",
    "Rating",
    "RecordHead",
    "Release",
    "Throttle",
    "User",
    "WebAuthn",
    "WebSession",
    "Withdrawal",
]
