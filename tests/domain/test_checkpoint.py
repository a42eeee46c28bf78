"""A checkpoint's text: everything signed, read back strictly."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from om_selfcheck.domain.checkpoint import (
    FORMAT,
    Checkpoint,
    NoCheckpoint,
    read_checkpoint,
    text_to_sign,
    write_checkpoint,
)

KNOWN = Checkpoint(
    seq=1204,
    hash="0123456789abcdef" * 4,
    at=datetime(2026, 11, 24, 5, 0, tzinfo=UTC),
    count=1204,
    key="a2V5",
    signature="c2ln",
)
TEXT = """\
{
  "format": "om-selbstcheck-record-1",
  "seq": 1204,
  "hash": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "at": "2026-11-24T05:00:00+00:00",
  "count": 1204,
  "key": "a2V5",
  "signature": "c2ln"
}
"""


def test_a_checkpoint_is_written_for_people_too() -> None:
    assert write_checkpoint(KNOWN) == TEXT


def test_what_was_written_is_read_back() -> None:
    assert read_checkpoint(TEXT) == KNOWN
    assert read_checkpoint(json.dumps(json.loads(TEXT), sort_keys=True)) == KNOWN, "however it was laid out meanwhile"


def test_what_is_signed_stays_what_it_is() -> None:
    assert text_to_sign(KNOWN).decode() == (
        '{"at":"2026-11-24T05:00:00+00:00","count":1204,"format":"om-selbstcheck-record-1",'
        '"hash":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","key":"a2V5","seq":1204}'
    )


CHANGES: dict[str, Any] = {
    "seq": 1205,
    "hash": "f" * 64,
    "at": datetime(2026, 1, 1, tzinfo=UTC),
    "count": 0,
    "key": "x",
}


def test_all_but_the_signature_is_signed() -> None:
    assert set(CHANGES) == {field.name for field in fields(Checkpoint)} - {"signature"}
    texts = {text_to_sign(replace(KNOWN, **{name: value})) for name, value in CHANGES.items()}
    assert len(texts | {text_to_sign(KNOWN)}) == len(CHANGES) + 1
    assert text_to_sign(replace(KNOWN, signature="other")) == text_to_sign(KNOWN)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "om-selbstcheck-record-2"},
        {"seq": "1204"},
        {"seq": 1204.0},
        {"seq": True},
        {"seq": -1},
        {"seq": None},
        {"count": 1205},
        {"count": -1},
        {"hash": "F" * 64},
        {"hash": "f" * 63},
        {"hash": 5},
        {"at": "2026-11-24T05:00:00"},
        {"at": "2026-11-24"},
        {"at": "yesterday"},
        {"at": 5},
        {"at": "2026-11-24T05:00:00Z"},
        {"key": 5},
        {"signature": None},
        {"more": 1},
    ],
)
def test_anything_strange_is_no_checkpoint(change: dict[str, Any]) -> None:
    with pytest.raises(NoCheckpoint):
        read_checkpoint(json.dumps(json.loads(TEXT) | change))


@pytest.mark.parametrize("name", json.loads(TEXT))
def test_anything_missing_is_no_checkpoint(name: str) -> None:
    with pytest.raises(NoCheckpoint):
        read_checkpoint(json.dumps({key: value for key, value in json.loads(TEXT).items() if key != name}))


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", "5", TEXT[:-4], "[" * 100_000, '{"at": {}}', "{" + "1" * 5000]
)
def test_what_is_no_json_object_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NoCheckpoint):
        read_checkpoint(text)


def test_the_format_is_part_of_every_file() -> None:
    assert json.loads(TEXT)["format"] == FORMAT
