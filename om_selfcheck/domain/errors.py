"""Why a use case refuses. The edge puts each into words for the reader."""


class DomainError(Exception):
    """A rule of the field says no."""


class NotFound(DomainError):
    """It does not exist, or it is somebody else's: the two look the same from outside."""


class NotAllowed(DomainError):
    """The actor is known here, but the right held does not cover the task."""


class AlreadyDeclared(DomainError):
    """The assessment was frozen when its declaration was issued (D7); changes belong to the next round."""


class NotDeclared(DomainError):
    """Only a round whose declaration was issued can be renewed (D6)."""


class ActionFinished(DomainError):
    """The action of the last plan is done or dropped; there is nothing to go on with."""


class QuestionnaireChanged(DomainError):
    """A published questionnaire was edited under its old version number."""
