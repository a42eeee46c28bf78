"""All tables. Importing this package fills `Base.metadata`."""

from om_selfcheck.store.models.assessment import Action, ActionMeasure, Assessment, Company, Rating
from om_selfcheck.store.models.declaration import Declaration, Document
from om_selfcheck.store.models.grant import Grant, WebSession
from om_selfcheck.store.models.questionnaire import PublishedQuestionnaire
from om_selfcheck.store.models.record import EventPayload, EventRow, RecordHead

__all__ = [
    "Action",
    "ActionMeasure",
    "Assessment",
    "Company",
    "Declaration",
    "Document",
    "EventPayload",
    "EventRow",
    "Grant",
    "PublishedQuestionnaire",
    "Rating",
    "RecordHead",
    "WebSession",
]
