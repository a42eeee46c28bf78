"""What the pages of a renewal show of the last round, and where a round stands between the one before and the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from om_selfcheck import clock
from om_selfcheck.domain.access import Task
from om_selfcheck.domain.comparison import Comparison, MeasureChange, compare_versions
from om_selfcheck.domain.declaration import SelfDeclaration
from om_selfcheck.domain.path import Path
from om_selfcheck.domain.questionnaire import Measure
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.extensions import db
from om_selfcheck.services import declarations, last_rounds, renewals
from om_selfcheck.services.grants import Actor
from om_selfcheck.services.last_rounds import LastAction, LastRound
from om_selfcheck.services.renewals import Renewal, Round
from om_selfcheck.web.company import pages
from om_selfcheck.web.surroundings import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside one measure: how it was rated, noted and acted on; `before` where it read differently.

    `is_known` is False where the last round's answers are not those that were declared, and so are not shown.
    """

    change: MeasureChange
    before: Measure | None
    declared_on: date
    is_known: bool
    need: NeedForAction | None
    note: str
    later: Path
    actions: Sequence[LastAction]


@dataclass(frozen=True, slots=True)
class ShownRound:
    """The last round, compared with the version that is rated now."""

    round: LastRound
    comparison: Comparison

    def beside(self, ref: str) -> Beside:
        change, snapshot = self.comparison.changes[ref], self.round.snapshot
        return Beside(
            change=change,
            before=self.comparison.before[ref] if change is MeasureChange.CHANGED else None,
            declared_on=self.round.terms.issued_on,
            is_known=snapshot is not None,
            need=snapshot.ratings.get(ref) if snapshot else None,
            note=snapshot.notes.get(ref, "") if snapshot else "",
            later=self.round.later.get(ref, ()),
            actions=self.round.actions_for(ref),
        )

    def list_dropped(self, topic_ref: str) -> list[tuple[Measure, Beside]]:
        return [(measure, self.beside(measure.ref)) for measure in self.comparison.list_dropped(topic_ref)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """Where a round stands: what it renews, its own declaration, what renews it, and all rounds for the owner."""

    last: ShownRound | None
    terms: SelfDeclaration | None
    next: Renewal | None
    rounds: Sequence[Round]
    may_start: bool
    is_inviting: bool
    today: date


def load_last_round(actor: Actor) -> ShownRound | None:
    """Return the round that the actor's renews, if it does."""
    last = last_rounds.find_last_round(db.session, actor=actor)
    if last is None:
        return None
    before = catalogue().get(last.slug, last.version)
    return ShownRound(last, compare_versions(before, pages.questionnaire_of(actor), actor.language))


def load_succession(actor: Actor) -> Succession:
    today, is_owner = clock.today(), actor.may(Task.DECLARE)
    terms = declarations.get_terms(db.session, actor=actor) if actor.declaration_number else None
    following = renewals.find_renewal(db.session, actor=actor) if terms else None
    return Succession(
        last=load_last_round(actor),
        terms=terms,
        next=following,
        rounds=renewals.list_rounds(db.session, actor=actor) if is_owner else (),
        may_start=is_owner and terms is not None and following is None,
        is_inviting=terms is not None and terms.invites_renewal_on(today),
        today=today,
    )
