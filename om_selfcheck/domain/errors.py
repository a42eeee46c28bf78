"""Why a use case refuses. The edge puts each into words for the reader."""

from datetime import datetime


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


class PlanFull(DomainError):
    """The plan holds as many actions as a plan may hold."""


class ActionFinished(DomainError):
    """The action of the last plan is done or dropped; there is nothing to go on with."""


class QuestionnaireChanged(DomainError):
    """A published questionnaire was edited under its old version number."""


class AddressTaken(DomainError):
    """Somebody with this e-mail address has an account already."""


class OwnAccount(DomainError):
    """Nobody deactivates the own account or changes the own role: the last one in would lock everybody out."""


class LastSecondFactor(DomainError):
    """Staff keep at least one second factor; another is set up before the last one goes."""


class TooOften(DomainError):
    """Something was tried more often than its limit allows (P12); from `until` on it may be tried again."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until
