"""Figures over many companies in words, the same on pages, in tables and in reports."""

from om_selfcheck.domain.statistics.report import Figure
from om_selfcheck.domain.statistics.weeks import Week
from om_selfcheck.i18n.formats import number, short_day
from om_selfcheck.i18n.labels import label
from om_selfcheck.i18n.translation import gettext as _
from om_selfcheck.services.stages import ShownGroup


def say_figure(figure: Figure) -> str:
    """Return how large a figure is: "etwa 55", "unter 5", "über 205"."""
    return f"{label(figure.bound)} {number(figure.value)}"


def say_group(group: ShownGroup) -> str:
    """Return what a link is called; pools and companies without a link have no label of their own."""
    if group.label:
        return group.label
    return _("Beendete kleine Links, zusammengelegt") if group.is_pool else _("Ohne Link")


def say_week(week: Week) -> str:
    """Return a reporting week by its number and last day: "KW 47 bis 22.11.2026"."""
    return _("KW %(week)s bis %(day)s", week=week.number, day=short_day(week.ends_on))
