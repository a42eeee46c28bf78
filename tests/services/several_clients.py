"""People at the same form of ratings, each with the values their own page shows, against an oracle (P2)."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy.orm import Session

from om_selfcheck.domain.merging import Conflict
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.services import assessments
from om_selfcheck.services.assessments import RatingChange
from tests import factories
from tests.builders import make_questionnaire

REFS = ("1.1.a", "1.1.b", "2.1.a")
CLIENTS = st.integers(min_value=0, max_value=2)
NEEDS = {f"need-{ref}": st.sampled_from(["", *NeedForAction]) for ref in REFS}
NOTES = {f"note-{ref}": st.sampled_from(["", "Ordner fehlt", "Liste hängt aus"]) for ref in REFS}
FORMS: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries({}, optional=NEEDS | NOTES)


class SeveralClients(RuleBasedStateMachine):
    """Three browsers that load the page now and then and send it back with some fields changed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.questionnaire = make_questionnaire()
        self.actor = factories.start(session)
        self.stored = dict.fromkeys(NEEDS | NOTES, "")
        self.shown = [dict(self.stored) for _ in range(3)]

    @rule(client=CLIENTS)
    def somebody_loads_the_page(self, client: int) -> None:
        self.shown[client] = self.load()

    @rule(client=CLIENTS, changed=FORMS, carries_all=st.booleans())
    def somebody_sends_the_form(self, client: int, changed: dict[str, str], *, carries_all: bool) -> None:
        shown = self.shown[client]
        wanted = shown | changed if carries_all else changed
        saved = assessments.save_ratings(
            self.session,
            actor=self.actor,
            questionnaire=self.questionnaire,
            changes=[to_change(ref, shown, wanted) for ref in REFS],
            now=factories.NOW,
        )
        self.session.commit()
        assert set(saved.conflicts) == self.expect_conflicts(shown, wanted)
        assert self.load() == self.stored

    def expect_conflicts(self, shown: dict[str, str], wanted: dict[str, str]) -> set[Conflict]:
        """Take over what was changed by somebody who saw what was stored; the rest is left and named."""
        conflicts = set()
        for name, value in wanted.items():
            is_untouched, is_same = value == shown[name], value == self.stored[name]
            if shown[name] == self.stored[name]:
                self.stored[name] = value
            elif not is_untouched and not is_same:
                conflicts.add(Conflict(name, self.stored[name], value))
        return conflicts

    def load(self) -> dict[str, str]:
        ratings = assessments.list_ratings(self.session, actor=self.actor)
        return {f"need-{ref}": str(ratings.needs.get(ref, "")) for ref in REFS} | {
            f"note-{ref}": ratings.notes.get(ref, "") for ref in REFS
        }

    def teardown(self) -> None:
        self.session.rollback()


def to_change(ref: str, shown: dict[str, str], wanted: dict[str, str]) -> RatingChange:
    fields: dict[str, Any] = {"need": wanted.get(f"need-{ref}"), "note": wanted.get(f"note-{ref}")}
    return RatingChange(measure_ref=ref, shown_need=shown[f"need-{ref}"], shown_note=shown[f"note-{ref}"], **fields)
