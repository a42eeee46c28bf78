"""Reporting weeks: ISO weeks of days in Berlin. A figure is fixed when its week is over."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week, named by its Monday."""

    monday: date

    def __post_init__(self) -> None:
        if self.monday.weekday():
            raise ValueError(f"{self.monday} is no Monday")

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def last_closed(cls, today: date) -> Self:
        """Return the newest week that is over; on a Monday that is the one before."""
        return cls.of(today - WEEK)

    @property
    def ends_on(self) -> date:
        """The Sunday."""
        return self.monday + timedelta(days=6)

    @property
    def year(self) -> int:
        """The ISO year, which the last days of December may already share with January."""
        return self.monday.isocalendar().year

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week
