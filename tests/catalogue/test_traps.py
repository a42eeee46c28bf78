"""Each trap a file can set is named by its line and its ref, and nothing else is complained about."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from om_selfcheck.catalogue import Complaint
from om_selfcheck.catalogue.text_file import MAX_BYTES, read_text
from tests.catalogue.samples import FILE, complaints_about, make_tree, save, write_down

GOOD = write_down(make_tree()).text
GERMAN = '"Practice 2.3.b auf Deutsch"'
PRACTICE = '{"de": "Practice 2.3.b auf Deutsch", "en": "Practice 2.3.b in English"}'
SUMMARY = '{"de": "Summary auf Deutsch", "en": "Summary in English"}'
REF = '"ref": "2.3.b"'
MINUTES = '"minutes": "8"\n    "checkpoints":\n      - "ref": "2.3"'
ADDRESS = '"https://www.example.org/2.3?a=1#b"'

KEYS = "slug, version, publisher, licence, title, summary, topics"
BOM = "begins with a byte order mark; save it as UTF-8 without one"
NO_UTF8 = "is not UTF-8; save it in that encoding"
TAB = "contains a tab; use blanks"
SECOND = "a second document begins here; a file holds one questionnaire"


@dataclass(frozen=True)
class Trap:
    """Where `old` stood stands `new`; the complaint is about that line, or one `below` it."""

    name: str
    old: str
    new: str
    ref: str
    message: str
    below: int = 0

    @property
    def text(self) -> str:
        assert GOOD.count(self.old) == 1
        return GOOD.replace(self.old, self.new)

    @property
    def complaint(self) -> Complaint:
        line = GOOD[: GOOD.index(self.old)].count("\n") + 1 + self.below
        return Complaint(FILE, line, self.ref, self.message)


def trap_texts() -> list[Trap]:
    rows = [
        ("empty", '""', "is empty or has no letter"),
        ("nothing after the colon", " ", "is empty or has no letter"),
        ("only blanks", '"   "', "is empty or has no letter"),
        ("only dashes and digits", '"– 12 –"', "is empty or has no letter"),
        ("a letter that is blank to the eye", r'"\u3164"', "is empty or has no letter"),
        ("too long", f'"{"x" * 2001}"', "is too long: 2001 characters, at most 2000"),
        ("blank at the end", '"Eine Praxis "', "begins or ends with a blank"),
        ("hard blank at the beginning", r'"\u00a0Eine Praxis"', "begins or ends with a blank"),
        ("line end inside", r'"Eine\nPraxis"', "must be one line"),
        ("umlaut in two signs", '"Mu\u0308he"', "is not in the normal form NFC"),
        ("escaped tab", r'"Eine\tPraxis"', "contains the control character U+0009"),
        ("escaped escape", r'"Eine\e[31m"', "contains the control character U+001B"),
        ("escaped end of text", r'"Eine\0"', "contains the control character U+0000"),
        ("blank without width", '"Eine\u200bPraxis"', "contains the control character U+200B"),
        ("turned direction", '"Eine\u202ePraxis"', "contains the control character U+202E"),
        ("half a surrogate", r'"Eine\ud800"', "contains the control character U+D800"),
        ("unassigned sign", '"Eine\u0378"', "contains the control character U+0378"),
        ("private sign", '"Eine\ue000"', "contains the control character U+E000"),
        ("list", '["Eine Praxis"]', "must be a text"),
        ("mapping", '{"de": "Eine Praxis"}', "must be a text"),
    ]
    return [Trap(f"text: {name}", GERMAN, new, "2.3.b", f"practice.de {message}") for name, new, message in rows]


def trap_languages() -> list[Trap]:
    rows = [
        ("English missing", '{"de": "Ja"}', "practice.en is missing"),
        ("German missing", '{"en": "Yes"}', "practice.de is missing"),
        ("a third", '{"de": "Ja", "en": "Yes", "fr": "Oui"}', "practice.fr is not a key known here"),
        ("a single text", '"Ja"', "practice must have the keys de, en"),
        ("a list of texts", '["Ja", "Yes"]', "practice must have the keys de, en"),
        ("one twice", '{"de": "Ja", "de": "Doch", "en": "Yes"}', 'the key "de" stands twice, first in line 47'),
    ]
    return [Trap(f"language: {name}", PRACTICE, new, "2.3.b", message) for name, new, message in rows]


def trap_tricks() -> list[Trap]:
    python = 'the tag "tag:yaml.org,2002:python/object/apply:o…" is not allowed'
    alias = 'the alias "a" is not allowed; write the text out'
    rows = [
        ("anchor on a mapping", '&a {"de": "Ja", "en": "Yes"}', 'the anchor "a" is not allowed'),
        ("anchor on a text", '{"de": &a "Ja", "en": "Yes"}', 'the anchor "a" is not allowed'),
        ("anchor on a key", '{&a "de": "Ja", "en": "Yes"}', 'the anchor "a" is not allowed'),
        ("alias for a mapping", "*a", alias),
        ("alias for a text", '{"de": *a , "en": "Yes"}', alias),
        ("alias for a key", '{"de": "Ja", "en": "Yes", *a : "x"}', alias),
        ("Python tag", '{"de": !!python/object/apply:os.system "ls", "en": "Yes"}', python),
        ("tag on a mapping", '!!map {"de": "Ja", "en": "Yes"}', 'the tag "tag:yaml.org,2002:map" is not allowed'),
        ("tag for strings", '{"de": !!str "Ja", "en": "Yes"}', 'the tag "tag:yaml.org,2002:str" is not allowed'),
        ("tag of one's own", '{"de": !text "Ja", "en": "Yes"}', 'the tag "!text" is not allowed'),
        ("tag without a name", '{"de": ! "Ja", "en": "Yes"}', 'the tag "!" is not allowed'),
        ("list as a key", '{"de": "Ja", "en": "Yes", [a, b]: "c"}', "a key must be a plain word"),
        ("mapping as a key", '{"de": "Ja", "en": "Yes", {a: b}: "c"}', "a key must be a plain word"),
    ]
    return [Trap(f"trick: {name}", PRACTICE, new, "2.3.b", message) for name, new, message in rows]


def trap_refs() -> list[Trap]:
    rows = [
        ("of another checkpoint", '"2.4.b"', "2.4.b", 'ref "2.4.b" must begin with "2.3."'),
        ("of a checkpoint with a like beginning", '"2.33.b"', "2.33.b", 'ref "2.33.b" must begin with "2.3."'),
        ("without letter", '"2.3.2"', "2.3", 'measures[1].ref "2.3.2" must look like "2.3.b"'),
        ("with capital", '"2.3.B"', "2.3", 'measures[1].ref "2.3.B" must look like "2.3.b"'),
        ("with two letters", '"2.3.bb"', "2.3", 'measures[1].ref "2.3.bb" must look like "2.3.b"'),
        ("with Arabic digits", '"٢.٣.b"', "2.3", 'measures[1].ref "٢.٣.b" must look like "2.3.b"'),
        ("with an Arabic digit", '"2.1٣.b"', "2.3", 'measures[1].ref "2.1٣.b" must look like "2.3.b"'),
        ("with line end", r'"2.3.b\n"', "2.3", r'measures[1].ref "2.3.b\n" must look like "2.3.b"'),
        ("with leading zero", '"2.03.b"', "2.3", 'measures[1].ref "2.03.b" must look like "2.3.b"'),
        ("of a topic", '"7"', "2.3", 'measures[1].ref "7" must look like "2.3.b"'),
        ("empty", '""', "2.3", 'measures[1].ref "" must look like "2.3.b"'),
        ("as list", '["2.3.b"]', "2.3", "measures[1].ref must be a text"),
        ("endless", f'"{"9" * 50}"', "2.3", f'measures[1].ref "{"9" * 39}…" must look like "2.3.b"'),
    ]
    return [Trap(f"ref: {name}", REF, f'"ref": {new}', ref, message) for name, new, ref, message in rows]


def trap_minutes() -> list[Trap]:
    digits = [
        "0",
        "121",
        "-8",
        "8.5",
        "8e1",
        "0x8",
        '"08"',
        '"²"',
        '"٨"',
        '" 8"',
        "8_0",
        "acht",
        '""',
        "[8]",
        "9" * 5000,
    ]
    message = "minutes must be a whole number from 1 to 120"
    return [Trap(f"minutes: {new[:9]}", MINUTES, MINUTES.replace('"8"', new), "2", message) for new in digits]


def trap_addresses() -> list[Trap]:
    addresses = [
        "http://example.org/",
        "https:example.org",
        "https://",
        "https://localhost",
        "https://example.org:443/",
        "https://u:p@example.org/",
        "https://example.org/a b",
        "https://example.org/<b>",
        "https://exämple.org/",
        "javascript:alert(1)",
        "//example.org/",
    ]
    return [
        Trap(f"address: {new}", ADDRESS, f'"{new}"', "2.3", f'aids[1].address "{new}" is not an https address')
        for new in addresses
    ]


def trap_rest() -> list[Trap]:
    slug, version, licence = '"slug": "kurzcheck"', '"version": "1.0"', '"licence": "CC0-1.0"'
    topics = GOOD[GOOD.index('"topics":') :]
    keys_of_topic = "ref, title, benefit, minutes, checkpoints"
    stored, twice, empty = "but the file is stored under", "stands twice, first in line", "is empty or has no letter"
    long_title = "first_step.title.de is too long: 201 characters, at most 200"
    long_address = "is too long: 2013 characters, at most 2000"
    tagged = '\n  "de": !x >-\n    Ein\n    Check\n  "en": "A check"\n'
    block = '\n  "de": >\n    Ein Check\n  "en": "A check"\n'
    return [
        Trap("slug of another folder", slug, "slug: kurz", "", f'slug is "kurz", {stored} "kurzcheck"'),
        Trap("slug twice", slug, f"{slug}\nslug: b", "", f'the key "slug" {twice} 2', below=1),
        Trap("version of another file", version, "version: 1.1", "", f'version is "1.1", {stored} "1.0"'),
        Trap("version as list", version, "version: [1.0]", "", "version must be a text"),
        Trap("publisher empty", '"Test publisher"', "", "", f"publisher {empty}"),
        Trap("licence as mapping", licence, '"licence": {}', "", "licence must be a text"),
        Trap("unknown key", licence, f"{licence}\nauthor: me", "", "author is not a key known here", below=1),
        Trap("unknown signs", licence, licence + '\n"\\e[31m": a', "", r'"\x1b[31m" is not a key known here', below=1),
        Trap("title too long", '"Begin 1.1.a auf Deutsch"', f'"{"x" * 201}"', "1.1.a", long_title),
        Trap("text in a block", SUMMARY, block, "", "summary.de must be one line", below=1),
        Trap("tag on a folded text", SUMMARY, tagged, "", 'the tag "!x" is not allowed', below=1),
        Trap("benefit empty", '"Benefit 2 in English"', '""', "2", f"benefit.en {empty}"),
        Trap("question empty", '"Question 2.4 in English"', '""', "2.4", f"question.en {empty}"),
        Trap("address too long", ADDRESS, f'"https://a.de/{"x" * 2000}"', "2.3", f"aids[1].address {long_address}"),
        Trap("ref of a sibling", '"1.1.b"', '"1.1.a"', "1.1.a", f'ref "1.1.a" {twice} 19'),
        Trap("no topics", topics, "topics: []\n", "", "topics must have at least one entry"),
        Trap("topics as word", topics, "topics: eleven\n", "", "topics must be a list"),
        Trap(
            "topic as word", topics, "topics:\n  - one\n", "", f"topics[1] must have the keys {keys_of_topic}", below=1
        ),
    ]


TRAPS = [
    *trap_texts(),
    *trap_languages(),
    *trap_tricks(),
    *trap_refs(),
    *trap_minutes(),
    *trap_addresses(),
    *trap_rest(),
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_names_line_and_ref(tmp_path: Path, trap: Trap) -> None:
    assert complaints_about(save(tmp_path, trap.text)) == (trap.complaint,)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param(b"", 1, "is empty", id="nothing"),
        pytest.param(b"\n\n# a comment\n", 1, "is empty", id="only a comment"),
        pytest.param(b"---\n...\n", 2, f"the content must have the keys {KEYS}", id="empty document"),
        pytest.param(b"\xef\xbb\xbfslug: a\n", 1, BOM, id="byte order mark"),
        pytest.param("slug: a\n".encode("utf-16"), 1, NO_UTF8, id="UTF-16"),
        pytest.param("slug: a\ntitle: Maß\n".encode("latin-1"), 2, NO_UTF8, id="Latin-1"),
        pytest.param(b"slug: a\ntitle: \xed\xa0\x80\n", 2, NO_UTF8, id="surrogate"),
        pytest.param(b"slug: a\n\ttitle: b\n", 2, TAB, id="tab as indent"),
        pytest.param(b"slug: a # why\t\n", 1, TAB, id="tab in a comment"),
        pytest.param(b"slug: a\nb: \x00\n", 2, "contains the control character U+0000", id="zero"),
        pytest.param(b"slug: a\nb: \x1b[31m\n", 2, "contains the control character U+001B", id="escape"),
        pytest.param(b"slug: a\nb: c\rd: e\n", 2, "contains the control character U+000D", id="old Mac line end"),
        pytest.param("slug: a\nb: c\x85".encode(), 2, "contains the control character U+0085", id="next line"),
        pytest.param("slug: a\nb: c\u2028d".encode(), 2, "contains the control character U+2028", id="line separator"),
        pytest.param("slug: a\nb: \ufeffd".encode(), 2, "contains the control character U+FEFF", id="mark inside"),
        pytest.param(b"a: " + b"[" * 20_000, 1, "is nested too deeply: more than 12 levels", id="deep lists"),
        pytest.param(b"a:\n  b: " + b"{c: " * 20_000, 2, "is nested too deeply: more than 12 levels", id="deep keys"),
        pytest.param(b"? " * 20_000, 1, "is nested too deeply: more than 12 levels", id="deep questions"),
        pytest.param(b"- a\n" * 60_000, 49_998, "has too many entries up to here", id="endless list"),
        pytest.param(b"slug: a\n---\nslug: b\n", 2, SECOND, id="two documents"),
        pytest.param(b"slug: a\n...\n---\nslug: b\n", 3, SECOND, id="two documents, the first ended"),
    ],
)
def test_a_file_that_cannot_be_looked_into_is_one_complaint(
    tmp_path: Path, content: bytes, line: int, message: str
) -> None:
    assert complaints_about(save(tmp_path, content)) == (Complaint(FILE, line, "", message),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("slug: a\ntitle: {de: b\n", 3, id="open brace"),
        pytest.param('slug: a\ntitle: "b\n', 3, id="open quote"),
        pytest.param("slug: a\ntitle: b: c\n", 2, id="two colons"),
        pytest.param('slug: a\ntitle: "b" c\n', 2, id="word after a quote"),
        pytest.param("slug: a\n  title: b\n", 2, id="odd indent"),
        pytest.param("slug: a\ntitle: @b\n", 2, id="reserved sign"),
        pytest.param('slug: a\ntitle: "\\q"\n', 2, id="unknown escape"),
        pytest.param('slug: a\ntitle: "\\UFFFFFFFF"\n', 2, id="sign beyond Unicode"),
        pytest.param("slug: a\ntitle: !x!y b\n", 2, id="unknown tag handle"),
        pytest.param("%YAML 2.0\n---\nslug: a\n", 1, id="YAML of the future"),
    ],
)
def test_a_mistake_in_the_yaml_is_one_complaint(tmp_path: Path, text: str, line: int) -> None:
    (complaint,) = complaints_about(save(tmp_path, text))

    assert (complaint.line, complaint.ref) == (line, "")
    assert complaint.message.startswith("is not valid YAML")


@pytest.mark.parametrize("directive", ["%YAML 1.1", "%TAG !x! tag:example.org,2026:"])
def test_directives_are_refused(tmp_path: Path, directive: str) -> None:
    (complaint,) = complaints_about(save(tmp_path, f"{directive}\n---\n{GOOD}"))

    assert complaint.message == "directives such as %YAML or %TAG are not allowed"
    assert complaint.line == 2


def test_an_alias_bomb_stays_small(tmp_path: Path) -> None:
    rows = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 9)]
    bomb = "a0: &a0 [lol]\n" + "\n".join(rows) + "\n"

    refused = [one for one in complaints_about(save(tmp_path, bomb)) if "is not allowed" in one.message]

    assert len(refused) == 9 + 8 * 9


@pytest.mark.parametrize("slug", ["Kurz", "kürz", "kurz_check", "a" * 41, "kurz check"])
def test_a_slug_is_small_letters_digits_and_hyphens(tmp_path: Path, slug: str) -> None:
    text = write_down(make_tree(slug=slug)).text

    (complaint,) = complaints_about(save(tmp_path, text, f"questionnaires/{slug}/1.0.yaml"))

    assert complaint.line == 2
    assert complaint.message.endswith("must be 1 to 40 small letters, digits or hyphens")


@pytest.mark.parametrize(
    "version", ["1", "1.0.0", "v1.0", "1.0a", "01.0", "1.00", "1.", ".1", "1.99999", "١.٠", "draft"]
)
def test_a_version_is_two_numbers(tmp_path: Path, version: str) -> None:
    text = write_down(make_tree(version=version)).text

    (complaint,) = complaints_about(save(tmp_path, text, f"questionnaires/kurzcheck/{version}.yaml"))

    assert complaint == Complaint(
        f"questionnaires/kurzcheck/{version}.yaml", 3, "", f'version "{version}" must look like 1.0 or 1.10'
    )


def test_collects_everything_in_the_order_of_its_lines(tmp_path: Path) -> None:
    text = GOOD
    for old, new in [
        ('"slug": "kurzcheck"', '"slug": "kurz"'),
        (', "en": "Topic 1 in English"', ""),
        ('"ref": "2"', '"ref": "1"'),
        (PRACTICE, "*a"),
        ('"Good 2.3.b in English"', '""'),
        ('"ref": "2.4.a"', '"reff": "2.4.a"'),
    ]:
        assert text.count(old) == 1
        text = text.replace(old, new)

    assert [str(complaint).removeprefix(FILE) for complaint in complaints_about(save(tmp_path, text))] == [
        ':2: slug is "kurz", but the file is stored under "kurzcheck"',
        ":10 (1): title.en is missing",
        ':33 (1): ref "1" stands twice, first in line 9',
        ':38 (2.3): ref "2.3" must begin with "1."',
        ':47 (2.3.b): the alias "a" is not allowed; write the text out',
        ":48 (2.3.b): good.en is empty or has no letter",
        ':53 (2.4): ref "2.4" must begin with "1."',
        ":58 (2.4): measures[1].ref is missing",
        ":58 (2.4): measures[1].reff is not a key known here",
    ]


def test_names_every_line_with_a_tab(tmp_path: Path) -> None:
    found = complaints_about(save(tmp_path, "slug: a\n\tb: c\nd: e\nf:\tg\th\n"))

    assert [(complaint.line, complaint.message) for complaint in found] == [(2, TAB), (4, TAB)]


def test_a_file_may_be_two_mebibytes_and_no_more(tmp_path: Path) -> None:
    assert len(read_text(save(tmp_path, b"#" * MAX_BYTES))) == MAX_BYTES
    assert complaints_about(save(tmp_path, b"\t" * (MAX_BYTES + 1))) == (
        Complaint(FILE, 1, "", "is too large: more than 2048 KiB"),
    )


def test_a_missing_file_is_a_complaint(tmp_path: Path) -> None:
    missing = tmp_path / FILE

    assert complaints_about(missing) == (Complaint(FILE, 1, "", "cannot be read: No such file or directory"),)


def test_a_folder_named_like_a_file_is_a_complaint(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir(parents=True)

    assert complaints_about(tmp_path / FILE) == (Complaint(FILE, 1, "", "cannot be read: Is a directory"),)
