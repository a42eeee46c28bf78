"""What the register says of a number, held against what the record says of it: a table of every damage (P13)."""

from dataclasses import replace

import pytest

from om_selfcheck.domain.reconciliation import Act, Corrected, Difference, Kept, Told, compare, find_differences, hear
from om_selfcheck.domain.record import Verb

HASH, OTHER_HASH = "a" * 64, "b" * 64
DAY, LATER = "2026-11-21", "2026-12-24"
ISSUED = Act(verb=Verb.DECLARATION_ISSUED, actor="owner", on=DAY, details={"snapshot": HASH})
WITHDRAWN = Act(verb=Verb.DECLARATION_WITHDRAWN, actor="user:1", on=LATER, details={"reason": "criteria_not_met"})
REPLACED = Act(verb=Verb.DECLARATION_REPLACED, actor="owner", on=LATER, details={"by": "declaration:2"})
ERASED_AT_OWN_WISH = Act(verb=Verb.PAYLOADS_ERASED, actor="owner", on=LATER, details={"erased": 1})
ERASED_IN_TIME = replace(ERASED_AT_OWN_WISH, actor="system")

ROW = Kept(issued_on=DAY, snapshot_hash=HASH, hash_now=HASH)
WITHDRAWN_ROW = replace(ROW, withdrawn_on=LATER, reason="criteria_not_met")
REPLACED_ROW = replace(ROW, replaced_by="2")
ENDED_ROW = replace(WITHDRAWN_ROW, replaced_by="2")
BLANK_ROW = replace(ROW, hash_now="")
OWN_WISH_ROW = replace(BLANK_ROW, withdrawn_on=LATER, reason="own_wish")
EARLIER_ROW = replace(BLANK_ROW, withdrawn_on=LATER, reason="criteria_not_met")


CORRECTED = Act(verb=Verb.DECLARATION_CORRECTED, actor="owner", on=DAY, details={"edition": 1, "hash": "c1"})
AGAIN = replace(CORRECTED, details={"edition": 2, "hash": "c2"})
OLD_CORRECTED = replace(CORRECTED, details={"edition": 1})  # from before their hashes were kept
HIDDEN, SHOWN = (replace(ISSUED, verb=verb, on=LATER, details={}) for verb in (Verb.NAME_HIDDEN, Verb.NAME_SHOWN))
FIRST, SECOND = Corrected(hash="c1", declared=("B", "Celle")), Corrected(hash="c2", declared=("C", "Celle"))
NAMED_ROW = replace(ROW, named=("A", "Hildesheim"), declared=("A", "Hildesheim"))
ONCE_ROW = replace(NAMED_ROW, named=("B", "Celle"), corrections=(FIRST,))
TWICE_ROW = replace(NAMED_ROW, named=("C", "Celle"), corrections=(FIRST, SECOND))
HIDDEN_ROW = replace(ROW, is_hidden=True)


def without_details(act: Act) -> Act:
    return replace(act, details={})


def find(acts: list[Act], row: Kept | None) -> list[Difference]:
    corrections = [("1", one) for one in row.corrections] if row else []
    rows = [("1", replace(row, corrections=()))] if row else []
    found = find_differences((("1", act) for act in acts), rows, corrections)
    return [difference for _, difference in found]


GONE = [without_details(ISSUED), ERASED_AT_OWN_WISH]
OUTGROWN = [without_details(ISSUED), ERASED_IN_TIME]
SOUND: list[tuple[list[Act], Kept]] = [
    ([ISSUED], ROW),
    ([ISSUED, WITHDRAWN], WITHDRAWN_ROW),
    ([ISSUED, REPLACED], REPLACED_ROW),
    ([ISSUED, REPLACED, WITHDRAWN], ENDED_ROW),
    (GONE, OWN_WISH_ROW),
    (OUTGROWN, BLANK_ROW),
    (GONE, replace(OWN_WISH_ROW, snapshot_hash=OTHER_HASH)),  # nobody knows the hash any more
    ([without_details(ISSUED), without_details(WITHDRAWN), ERASED_AT_OWN_WISH], replace(EARLIER_ROW, reason="any")),
    ([without_details(ISSUED), without_details(REPLACED), ERASED_IN_TIME], replace(BLANK_ROW, replaced_by="any")),
    ([ISSUED], NAMED_ROW),
    ([ISSUED], replace(NAMED_ROW, declared=None)),  # a snapshot that names nobody
    ([ISSUED, CORRECTED], ONCE_ROW),
    ([ISSUED, CORRECTED, AGAIN], TWICE_ROW),
    ([ISSUED, OLD_CORRECTED, AGAIN], TWICE_ROW),
    ([ISSUED, OLD_CORRECTED], replace(ONCE_ROW, corrections=(replace(FIRST, hash="other"),))),  # nobody kept it
    ([without_details(ISSUED), without_details(CORRECTED), ERASED_IN_TIME], BLANK_ROW),
    ([ISSUED, HIDDEN], HIDDEN_ROW),
    ([ISSUED, HIDDEN, SHOWN], ROW),
    ([without_details(ISSUED), HIDDEN, ERASED_IN_TIME], BLANK_ROW),
    ([without_details(ISSUED), ERASED_IN_TIME, HIDDEN], replace(BLANK_ROW, is_hidden=True)),
]


@pytest.mark.parametrize(("acts", "row"), SOUND)
def test_what_agrees_is_not_named(acts: list[Act], row: Kept) -> None:
    assert find(acts, row) == []


def test_of_a_number_that_neither_knows_nothing_is_said() -> None:
    assert find([HIDDEN, CORRECTED], None) == []


BENT: list[tuple[list[Act], Kept | None, Difference]] = [
    ([], ROW, Difference.NOT_ISSUED),
    ([WITHDRAWN], ROW, Difference.NOT_ISSUED),
    ([ISSUED], None, Difference.DELETED),
    (GONE, None, Difference.DELETED),
    ([ISSUED, ISSUED], ROW, Difference.ISSUED_TWICE),
    ([ISSUED], replace(ROW, issued_on=LATER), Difference.REDATED),
    (OUTGROWN, replace(BLANK_ROW, issued_on=LATER), Difference.REDATED),
    ([ISSUED], replace(ROW, snapshot_hash=OTHER_HASH, hash_now=OTHER_HASH), Difference.HASH_CHANGED),
    ([ISSUED], replace(ROW, hash_now=OTHER_HASH), Difference.SNAPSHOT_CHANGED),
    ([without_details(ISSUED)], replace(ROW, hash_now=OTHER_HASH), Difference.SNAPSHOT_CHANGED),
    ([ISSUED], BLANK_ROW, Difference.SNAPSHOT_GONE),
    (GONE, replace(OWN_WISH_ROW, hash_now=HASH), Difference.SNAPSHOT_BACK),
    (OUTGROWN, ROW, Difference.SNAPSHOT_BACK),
    ([ISSUED], WITHDRAWN_ROW, Difference.WITHDRAWAL_UNRECORDED),
    (OUTGROWN, OWN_WISH_ROW, Difference.WITHDRAWAL_UNRECORDED),
    ([ISSUED, WITHDRAWN], ROW, Difference.WITHDRAWAL_UNDONE),
    (GONE, BLANK_ROW, Difference.WITHDRAWAL_UNDONE),
    ([ISSUED, WITHDRAWN], replace(WITHDRAWN_ROW, withdrawn_on="2099-01-01"), Difference.WITHDRAWAL_CHANGED),
    ([ISSUED, WITHDRAWN], replace(WITHDRAWN_ROW, reason="own_wish"), Difference.WITHDRAWAL_CHANGED),
    (GONE, replace(OWN_WISH_ROW, reason="criteria_not_met"), Difference.WITHDRAWAL_CHANGED),
    (GONE, replace(OWN_WISH_ROW, withdrawn_on=DAY), Difference.WITHDRAWAL_CHANGED),
    ([ISSUED], REPLACED_ROW, Difference.REPLACEMENT_UNRECORDED),
    ([ISSUED], replace(ROW, replaced_by=""), Difference.REPLACEMENT_UNRECORDED),
    ([ISSUED, REPLACED], ROW, Difference.REPLACEMENT_UNDONE),
    ([ISSUED, REPLACED], replace(ROW, replaced_by="3"), Difference.REPLACEMENT_CHANGED),
    ([ISSUED], ONCE_ROW, Difference.CORRECTION_UNRECORDED),
    ([ISSUED, CORRECTED], TWICE_ROW, Difference.CORRECTION_UNRECORDED),
    (OUTGROWN, replace(BLANK_ROW, corrections=(FIRST,)), Difference.CORRECTION_UNRECORDED),
    ([ISSUED, CORRECTED], NAMED_ROW, Difference.CORRECTION_GONE),
    ([ISSUED, CORRECTED, AGAIN], replace(TWICE_ROW, corrections=(SECOND,)), Difference.CORRECTION_GONE),
    ([ISSUED, CORRECTED], replace(ONCE_ROW, corrections=(replace(FIRST, hash="x"),)), Difference.CORRECTION_CHANGED),
    ([ISSUED, CORRECTED, AGAIN], replace(TWICE_ROW, corrections=(SECOND, FIRST)), Difference.CORRECTION_CHANGED),
    ([ISSUED], replace(NAMED_ROW, named=("B", "Hildesheim")), Difference.NAME_CHANGED),
    ([ISSUED], replace(NAMED_ROW, named=("A", "Celle")), Difference.NAME_CHANGED),
    ([ISSUED, OLD_CORRECTED], replace(ONCE_ROW, named=("A", "Hildesheim")), Difference.NAME_CHANGED),
    (OUTGROWN, replace(BLANK_ROW, named=("A", "")), Difference.NAME_CHANGED),
    ([ISSUED], HIDDEN_ROW, Difference.HIDING_UNRECORDED),
    ([ISSUED, HIDDEN, SHOWN], HIDDEN_ROW, Difference.HIDING_UNRECORDED),
    (
        [without_details(ISSUED), HIDDEN, ERASED_IN_TIME],
        replace(BLANK_ROW, is_hidden=True),
        Difference.HIDING_UNRECORDED,
    ),
    ([ISSUED, HIDDEN], ROW, Difference.HIDING_UNDONE),
]


@pytest.mark.parametrize(("acts", "row", "difference"), BENT)
def test_each_damage_is_named_and_nothing_else(acts: list[Act], row: Kept | None, difference: Difference) -> None:
    assert find(acts, row) == [difference]


def test_every_difference_is_in_the_table() -> None:
    assert {difference for _, _, difference in BENT} == set(Difference)


def test_an_erasure_takes_no_earlier_withdrawal_back() -> None:
    told = Told()
    for act in (ISSUED, without_details(WITHDRAWN), replace(ERASED_AT_OWN_WISH, on="2027-01-01")):
        told = hear(told, act)
    assert list(compare(told, EARLIER_ROW)) == []


def test_several_damages_of_a_number_are_all_named() -> None:
    row = replace(WITHDRAWN_ROW, issued_on=LATER, hash_now=OTHER_HASH, replaced_by="2")
    assert find([ISSUED], row) == [
        Difference.REDATED,
        Difference.SNAPSHOT_CHANGED,
        Difference.WITHDRAWAL_UNRECORDED,
        Difference.REPLACEMENT_UNRECORDED,
    ]


def test_each_number_is_compared_with_what_is_said_of_itself() -> None:
    acts: list[tuple[str, Act]] = [("1", ISSUED), ("2", ISSUED), ("2", WITHDRAWN), ("4", ISSUED)]
    rows = [("1", ROW), ("2", WITHDRAWN_ROW), ("3", ROW), ("4", ROW)]
    assert list(find_differences(acts, rows)) == [("3", Difference.NOT_ISSUED)]
    assert list(find_differences(acts, rows[1:2])) == [("1", Difference.DELETED), ("4", Difference.DELETED)]


def test_it_hears_only_the_acts_that_change_a_declaration() -> None:
    heard = {act.verb for act in (ISSUED, WITHDRAWN, REPLACED, ERASED_IN_TIME, CORRECTED, HIDDEN, SHOWN)}
    told = Told(is_hidden=True)
    assert {
        verb for verb in Verb if {hear(one, replace(ISSUED, verb=verb)) for one in (Told(), told)} != {Told(), told}
    } == heard
