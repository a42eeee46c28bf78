"""What a company lets its network see of a round (D9). Nothing is the default; it may change or end any time."""

from enum import StrEnum


class ReleaseLevel(StrEnum):
    """Each level holds what the one before holds.

    Nothing: only counted. Status: name, check, declared or not and until when. Topics: how many measures of each topic
    are red, yellow and green. Plan: the actions, without those responsible.
    """

    NOTHING = "nothing"
    STATUS = "status"
    TOPICS = "topics"
    PLAN = "plan"

    def covers(self, needed: "ReleaseLevel") -> bool:
        return _RANK[self] >= _RANK[needed]


_RANK = {level: rank for rank, level in enumerate(ReleaseLevel)}
