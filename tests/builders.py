"""Values without a database: each is complete and valid as built; a test names only what matters to it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from om_selfcheck.domain.action_plan import Action, Urgency
from om_selfcheck.domain.completeness import REQUIRED_ACTIONS
from om_selfcheck.domain.declaration import Confirmation, DeclarationDetails
from om_selfcheck.domain.questionnaire import Checkpoint, FirstStep, Measure, Questionnaire, Text, Topic
from om_selfcheck.domain.rating import NeedForAction
from om_selfcheck.domain.snapshot import Snapshot


def make_text(words: str) -> Text:
    return Text(de=f"{words} (de)", en=f"{words} (en)")


def make_measure(*, ref: str = "1.1.a") -> Measure:
    first_step = FirstStep(
        title=make_text(f"Begin {ref}"),
        description=make_text(f"How to begin with {ref}"),
        follow_up=make_text(f"How to see that {ref} works"),
    )
    return Measure(ref=ref, practice=make_text(f"Practice {ref}"), good=make_text(f"Good {ref}"), first_step=first_step)


def make_checkpoint(*, ref: str = "1.1", measure_refs: Sequence[str] = ("1.1.a", "1.1.b")) -> Checkpoint:
    return Checkpoint(
        ref=ref,
        title=make_text(f"Checkpoint {ref}"),
        question=make_text(f"Question {ref}"),
        measures=tuple(make_measure(ref=measure_ref) for measure_ref in measure_refs),
    )


def make_topic(
    *, ref: str = "1", minutes: int = 10, measure_refs: Sequence[str] = ("1.1.a", "1.1.b", "1.2.a")
) -> Topic:
    """Make a topic of the given measures; `1.2.a` and `1.2.b` share the checkpoint `1.2`."""
    checkpoints: dict[str, list[str]] = {}
    for measure_ref in measure_refs:
        checkpoints.setdefault(measure_ref.rpartition(".")[0], []).append(measure_ref)
    return Topic(
        ref=ref,
        title=make_text(f"Topic {ref}"),
        benefit=make_text(f"Benefit {ref}"),
        minutes=minutes,
        checkpoints=tuple(make_checkpoint(ref=point, measure_refs=refs) for point, refs in checkpoints.items()),
    )


def make_questionnaire(*, topics: Sequence[Topic] | None = None) -> Questionnaire:
    """Make a questionnaire of two topics with five measures, or of the topics given."""
    two_topics = (make_topic(), make_topic(ref="2", minutes=5, measure_refs=("2.1.a", "2.1.b")))
    return Questionnaire(
        slug="basis",
        version="1.0",
        publisher="Test publisher",
        licence="CC0-1.0",
        title=make_text("Check"),
        summary=make_text("Summary"),
        content_hash="0" * 64,
        topics=two_topics if topics is None else tuple(topics),
    )


def make_newer_questionnaire() -> Questionnaire:
    """Make version 1.1 of the same check: 1.1.a says something else, 1.1.b is gone, 1.1.c and the topic 3 are new."""
    topics = (
        make_topic(measure_refs=("1.1.a", "1.1.c", "1.2.a")),
        make_topic(ref="2", minutes=5, measure_refs=("2.1.a", "2.1.b")),
        make_topic(ref="3", minutes=2, measure_refs=("3.1.a",)),
    )
    newer = replace(make_questionnaire(topics=topics), version="1.1", content_hash="1" * 64)
    return replace_measure(newer, replace(make_measure(), practice=make_text("Changed practice 1.1.a")))


def replace_measure(questionnaire: Questionnaire, measure: Measure) -> Questionnaire:
    """Return the questionnaire with a measure in place of the one with the same ref."""
    topics = tuple(
        replace(
            topic,
            checkpoints=tuple(
                replace(point, measures=tuple(measure if one.ref == measure.ref else one for one in point.measures))
                for point in topic.checkpoints
            ),
        )
        for topic in questionnaire.topics
    )
    return replace(questionnaire, topics=topics)


def make_ratings(
    questionnaire: Questionnaire, *, need: NeedForAction = NeedForAction.NONE, without: Collection[str] = ()
) -> dict[str, NeedForAction]:
    """Rate every measure alike, but for those named in `without`."""
    return {measure.ref: need for measure in questionnaire.measures() if measure.ref not in without}


def make_action(
    *,
    title: str = "",
    description: str = "Offene Posten jeden Montag durchgehen",
    urgency: Urgency | None = Urgency.MEDIUM,
    responsible: str = "Buchhaltung",
    due_on: date | None = date(2026, 11, 30),
    follow_up: str = "Liste im Ordner ansehen",
    follow_up_on: date | None = date(2026, 12, 15),
    measure_refs: tuple[str, ...] = (),
) -> Action:
    return Action(
        title=title,
        description=description,
        urgency=urgency,
        responsible=responsible,
        due_on=due_on,
        follow_up=follow_up,
        follow_up_on=follow_up_on,
        measure_refs=measure_refs,
    )


def make_plan(*, size: int = REQUIRED_ACTIONS) -> list[Action]:
    """Make a plan of complete actions, no two with the same text."""
    return [make_action(description=f"Schritt {number} umsetzen") for number in range(1, size + 1)]


def make_details(
    *,
    company_name: str = "Malerbetrieb Alma GmbH",
    street: str = "Hauptstraße 1",
    postal_code: str = "01067",
    city: str = "Dresden",
    signatory_name: str = "Alma Beispiel",
    signatory_function: str = "Geschäftsführerin",
    place: str = "Dresden",
    confirmations: Collection[Confirmation] = frozenset(Confirmation),
    has_signature_line: bool = False,
) -> DeclarationDetails:
    return DeclarationDetails(
        company_name=company_name,
        street=street,
        postal_code=postal_code,
        city=city,
        signatory_name=signatory_name,
        signatory_function=signatory_function,
        place=place,
        confirmations=frozenset(confirmations),
        has_signature_line=has_signature_line,
    )


def make_snapshot(
    questionnaire: Questionnaire | None = None,
    *actions: Action,
    number: str = "N",
    issued_on: date = date(2026, 11, 21),
    details: DeclarationDetails | None = None,
) -> Snapshot:
    """Freeze a complete check: all rated, ten planned unless other actions are given, and a note in each topic."""
    check = questionnaire or make_questionnaire()
    needs = list(NeedForAction)
    plan = actions or tuple(make_plan())
    return Snapshot(
        number=number,
        issued_on=issued_on,
        slug=check.slug,
        version=check.version,
        content_hash=check.content_hash,
        language="de",
        ratings={measure.ref: needs[place % 3] for place, measure in enumerate(check.measures())},
        notes={topic.measures()[0].ref: f"Notiz {topic.ref}" for topic in check.topics},
        plan=tuple((str(place), action) for place, action in enumerate(plan)),
        details=details or make_details(),
        measures=check.size,
        complete_actions=len(plan),
        conditions_version="1",
    )
