"""What becomes of an action after it was planned: its state, whether it helped, and the colour afterwards."""

from enum import StrEnum


class ActionState(StrEnum):
    """Where an action stands. A dropped one says why; nothing is dropped without a reason."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def is_finished(self) -> bool:
        """Finished actions are reminded of no more."""
        return self in (ActionState.DONE, ActionState.DROPPED)


class Effect(StrEnum):
    """The answer to "did it help?" on the day of the follow-up."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    TOO_EARLY = "too_early"
