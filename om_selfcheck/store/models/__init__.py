"""All tables. Importing this package fills `Base.metadata`."""

from om_selfcheck.store.models.account import AccountLink, Membership, User, WebAuthn
from om_selfcheck.store.models.assessment import Action, ActionMeasure, Assessment, Company, Rating
from om_selfcheck.store.models.declaration import Declaration, Document
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
    "Company",
    "Declaration",
    "Document",
    "Doer",
    "EventPayload",
    "EventRow",
    "Grant",
    "HelpContact",
    "HelpTopic",
    "InvitationLink",
    "LaterRating",
    "Membership",
    "Message",
    "Network",
    "Nudge",
    "Participation",
    "PublishedFigures",
    "PublishedQuestionnaire",
    "Rating",
    "RecordHead",
    "Release",
    "Throttle",
    "User",
    "WebAuthn",
    "WebSession",
]
