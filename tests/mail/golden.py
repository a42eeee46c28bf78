"""Golden mails: a kind written from sample facts, whole and as text, so that a reviewer reads its words in the diff.

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_says_what_is_written_down(migrated_app: Flask, language: str) -> None:
        check_golden(migrated_app, make_claimed(MessageKind.RENEWAL, language), FACTS)

Every mail is held against what all mails owe their reader on the way.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from difflib import unified_diff
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from om_selfcheck.domain.message import MessageKind, is_asked_for
from om_selfcheck.mail.messages import Letterhead, make_letterhead, read_sender, write_mail
from om_selfcheck.services.letters import Claimed, Facts

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SHOWN_HEADERS = ("From", "To", "Subject", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post")
BLOCKS = ["h1", "h2", "h3", "p", "li", "dt", "dd"]
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
REASON = {"de": "Warum Sie diese E-Mail bekommen:", "en": "Why you get this e-mail:"}
LONGEST_SUBJECT = 78


def make_claimed(kind: MessageKind, language: str = "de", **changes: Any) -> Claimed:
    """Return a message as its sender has claimed it; a test names only what matters to it."""
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "kind": kind,
        "subject": f"company:{UUID(int=2)}",
        "stage": "",
        "company_id": UUID(int=2),
        "assessment_id": UUID(int=3),
        "address": "buero@betrieb.example",
        "language": language,
        "facts": {},
        "message_id": f"<{UUID(int=1)}@check.example.org>",
    }
    return Claimed(**values | changes)


def sample_letterhead(app: Flask) -> Letterhead:
    """Return a letterhead that is the same in every run."""
    return replace(make_letterhead(app), sender=read_sender("check@example.org"), secret_key="secret")


def write_sample(app: Flask, claimed: Claimed, facts: Facts) -> EmailMessage:
    with app.app_context():
        return write_mail(claimed, facts, letterhead=sample_letterhead(app), now=NOW)


def check_golden(app: Flask, claimed: Claimed, facts: Facts, *, folder: Path = GOLDEN, name: str = "") -> None:
    """Write the mail and compare it with its file; `name` is for a second sample of the same kind.

    To change a text on purpose, delete its file, run the test twice and look at the diff.
    """
    mail = write_sample(app, claimed, facts)
    check_mail(mail, claimed)
    said, path = as_text(mail), folder / f"{name or claimed.kind.value}.{claimed.language}.txt"
    if not path.exists():
        path.write_text(said, encoding="utf-8")
        pytest.fail(f"{path} was written; look at it")
    expected = path.read_text(encoding="utf-8")
    if said != expected:
        lines = unified_diff(expected.splitlines(), said.splitlines(), str(path), "said now", lineterm="")
        pytest.fail("\n".join(lines), pytrace=False)


def check_mail(mail: EmailMessage, claimed: Claimed) -> None:
    """One recipient, a subject, a reason, the same addresses in both parts, a way to end what nobody asked for."""
    text, page = text_of(mail), read_html(mail)
    assert [str(one) for one in mail["To"].addresses] == [claimed.address]
    assert 0 < len(mail["Subject"]) <= LONGEST_SUBJECT
    assert page.title is not None
    assert page.title.get_text() == mail["Subject"]
    assert page.select_one("html")["lang"] == claimed.language  # type: ignore[index]  # html5lib always makes one
    for part in (text, page.get_text(" ")):
        _before, _mark, reason = " ".join(part.split()).partition(REASON[claimed.language])
        assert reason.strip(" -"), "a mail says why it comes"
    assert {str(link["href"]) for link in page.select("a[href]")} <= set(ADDRESS.findall(text))
    assert not page.select("script, img, link, form, [onclick]"), "nothing is loaded and nothing runs"
    assert (mail["List-Unsubscribe"] is None) is is_asked_for(claimed.kind)
    assert mail["List-Unsubscribe"] is None or mail["List-Unsubscribe"].strip("<>") in text
    assert max(map(len, mail.as_bytes(policy=SMTP).splitlines())) <= 998


def as_text(mail: EmailMessage) -> str:
    """Return the whole mail as a reader sees it: the headers that matter, the text, the words of the HTML."""
    headers = [f"{name}: {mail[name]}" for name in SHOWN_HEADERS if mail[name] is not None]
    lines = [_say(block) for block in read_html(mail).body.find_all(BLOCKS)]  # type: ignore[union-attr]
    return "\n".join([*headers, "", text_of(mail).rstrip(), "", "=== HTML ===", *lines]) + "\n"


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def read_html(mail: EmailMessage) -> BeautifulSoup:
    return BeautifulSoup(html_of(mail), "html5lib")


def _say(block: Tag) -> str:
    """Return a block's words on one line, each link with its address."""
    said = BeautifulSoup(str(block), "html.parser")
    for link in said.select("a[href]"):
        if link.get_text() != link["href"]:
            link.append(f" <{link['href']}>")
    mark = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- "}.get(block.name, "")
    return mark + " ".join(said.get_text(" ").split())
