"""Measures of which a topic page shows nothing but the colour: most of the page, the same for every round, kept ready.

Whatever belongs to one round alone, such as a note or a conflict, is never kept: such a measure is written anew.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from flask import current_app
from markupsafe import Markup

from om_selfcheck.domain.questionnaire import Measure
from om_selfcheck.i18n.translation import current_language
from om_selfcheck.services.grants import Actor
from om_selfcheck.web.company import pages

ANY_ROUND = str(UUID(int=0))  # stands in what is kept where an address names the round
KEPT = 1000  # of about three kilobytes each

WritePlain = Callable[[Measure, str, bool], Markup]


class Plain(NamedTuple):
    """All that the block of such a measure depends on; `plan_url` and `help_url` name any round."""

    measure: Measure
    language: str
    page_language: str
    need: str
    is_planned: bool
    is_readonly: bool
    plan_url: str
    help_url: str


def plain_writer(actor: Actor, *, is_readonly: bool, plan_url: str, help_url: str) -> WritePlain:
    """Return what writes a measure from its stored colour ("" for none) and whether it is planned.

    `plan_url` and `help_url` are the page's addresses, "" where there is no way there; REF in the first is the measure.
    """
    own, page_language = str(actor.assessment_id), current_language()
    plan_url, help_url = plan_url.replace(own, ANY_ROUND), help_url.replace(own, ANY_ROUND)

    def write(measure: Measure, need: str, is_planned: bool) -> Markup:  # noqa: FBT001 - called by a template
        plain = Plain(
            measure=measure,
            language=actor.language,
            page_language=page_language,
            need=need,
            is_planned=is_planned,
            is_readonly=is_readonly,
            plan_url=plan_url,
            help_url=help_url,
        )
        return _write(plain).replace(ANY_ROUND, own)

    return write


@lru_cache(maxsize=KEPT)
def _write(plain: Plain) -> Markup:
    component = current_app.jinja_env.get_template("components/measure.html").module
    block: Markup = component.measure(  # type: ignore[attr-defined]
        plain.measure,
        plain.need,
        "",
        plain.language,
        is_readonly=plain.is_readonly,
        need_labels=pages.need_labels(),
        stored_need=plain.need,
        plan_url=plain.plan_url.replace("REF", plain.measure.ref),
        is_planned=plain.is_planned,
        help_url=plain.help_url,
    )
    return block
