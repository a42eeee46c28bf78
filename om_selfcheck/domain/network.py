"""Networks: what kinds there are."""

from enum import StrEnum


class NetworkKind(StrEnum):
    """A network of a region, or a specialist group (*Fachgruppe*) of a theme."""

    REGIONAL = "regional"
    SPECIALIST_GROUP = "specialist_group"
