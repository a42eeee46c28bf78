"""The record speaks codes that the documentation explains, and never of a person."""

import ast
import re
from collections.abc import Iterator

import pytest

from om_selfcheck.config import ROOT
from om_selfcheck.domain.record import Verb

PAGE = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
WRITES_EVENTS = re.compile(r"Event|\w*event|note")
PERSONAL = {
    *("name", "label", "address", "email", "mail", "phone", "street", "city", "postal", "place", "signatory", "person"),
    *("responsible", "text", "note", "title", "description", "comment", "token", "password", "secret", "ip", "browser"),
}


def find_payload_keys(source: str) -> Iterator[str]:
    """Return the keys of all that goes into events: dicts in calls that make them, and dicts called payload."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and WRITES_EVENTS.fullmatch(ast.unparse(node.func).rpartition(".")[2]):
            inner: list[ast.AST] = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and "payload" in ast.unparse(node).partition("=")[0]:
            inner = [node.value] if node.value else []
        else:
            continue
        for one in inner:
            if isinstance(one, ast.Dict):
                yield from (str(key.value) for key in one.keys if isinstance(key, ast.Constant))


def list_payload_keys() -> set[str]:
    files = (ROOT / "om_selfcheck").rglob("*.py")
    return {key for file in files for key in find_payload_keys(file.read_text(encoding="utf-8"))}


def is_personal(key: str) -> bool:
    return bool(PERSONAL & set(key.split("_")))


def test_no_event_holds_personal_data() -> None:
    keys = list_payload_keys()
    assert {"grant", "right", "questionnaire", "version", "snapshot", "erased"} <= keys, "the control: they are found"
    assert [key for key in keys if is_personal(key)] == []


@pytest.mark.parametrize(
    "source",
    [
        'append_event(session, Event(verb=verb, payload={"company_name": name}))',
        'record.append_event(session, _event(Verb.X, actor, now, {"email": address}))',
        'payload: dict[str, str] = {"label": label}\nappend(payload)',
    ],
)
def test_control_a_personal_key_is_found(source: str) -> None:
    assert any(is_personal(key) for key in find_payload_keys(source))


def test_the_page_explains_every_verb_and_no_other() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(verb.value for verb in Verb)


def test_the_page_names_every_damage_it_shows_by_its_code() -> None:
    from om_selfcheck.cli.record import WORDS

    shown = re.findall(r"^events? \d+(?: to \d+)?: (\w+)\. (.+)$", PAGE, re.MULTILINE)
    assert shown
    assert set(shown) <= {(damage.value, words) for damage, words in WORDS.items()}


def test_the_page_explains_every_difference_between_register_and_record() -> None:
    from om_selfcheck.cli.record import DIFFERENCES

    listed = [code for line in re.findall(r"^- ((?:`\w+`(?:, )?)+): ", PAGE, re.MULTILINE) for code in line.split(", ")]
    assert sorted(listed) == sorted(f"`{code}`" for code in DIFFERENCES)
    (code, words), *others = re.findall(r"^declaration \S+: (\w+)\. (.+)$", PAGE, re.MULTILINE)
    assert (DIFFERENCES[code], others) == (words, [])
