"""A browser for tests: every HTML answer is parsed and held against what every page owes its reader."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Any
from uuid import UUID

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LANGUAGES = ("de", "en")
HEADINGS = re.compile(r"h[1-6]")
FIELDS = ("input", "textarea", "select")
UNSEEN_TYPES = ("hidden", "submit", "button")
VALUE = re.compile(r" value=\"[^\"<>]*\"")  # as escaped; what breaks out of it stays
TEXT = re.compile(r"(<textarea[^<>]*>)[^<>]*</textarea>")
ID = re.compile(r"[0-9A-Za-z_-]{36,43}")  # and tokens
CHECKED: set[bytes] = set()


@dataclass(frozen=True)
class Page:
    """An answer with its HTML, which is parsed where somebody looks into it."""

    response: TestResponse

    @cached_property
    def soup(self) -> BeautifulSoup:
        is_html = self.response.mimetype == "text/html"
        return BeautifulSoup(self.response.get_data(as_text=True) if is_html else "", "html5lib")

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        """All words of the page, white space folded."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    def values(self, form: int | str = 0) -> dict[str, str]:
        """Return what a browser would send for a form (by place or by action): fields, ticked boxes, chosen radios."""
        forms = self.soup.find_all("form", method=re.compile("post", re.IGNORECASE))
        chosen = forms[form] if isinstance(form, int) else next(one for one in forms if find_way(one, form))
        return read_form(chosen)

    def links(self) -> list[str]:
        return [str(link["href"]) for link in self.soup.select("a[href]")]


class PageClient:
    """Follows no redirects by itself; `send` posts a form as the page holds it, with changes."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.flask_client: FlaskClient = app.test_client()

    def get(self, address: str, **options: Any) -> Page:
        return self.open(address, method="GET", **options)

    def post(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> Page:
        return self.open(address, method="POST", data=data or {}, **options)

    def open(self, address: str, **options: Any) -> Page:
        response = self.flask_client.open(address, buffered=True, **options)
        page = Page(response)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            check_once(page)
        return page

    def send(self, address: str, changes: dict[str, Any] | None = None, *, form: int | str = 0) -> Page:
        """Open a page, fill its form in with changes (None takes a field away), and send it to the form's address."""
        page = self.get(address)
        forms = page.soup.find_all("form", method=re.compile("post", re.IGNORECASE))
        chosen = forms[form] if isinstance(form, int) else next(one for one in forms if find_way(one, form))
        way = find_way(chosen, form) if isinstance(form, str) else str(chosen.get("action") or "")
        data: dict[str, Any] = read_form(chosen) | (changes or {})
        return self.post(way or address, {name: value for name, value in data.items() if value is not None})

    def csrf_token(self, assessment_id: UUID | str, page_below: str = "") -> str:
        page = self.get(f"/assessments/{assessment_id}{page_below}")
        field = page.soup.select_one("input[name=csrf_token]")
        assert field is not None
        return str(field["value"])


def find_way(form: Tag, end: str) -> str:
    """Return where a form goes, by itself or by one of its buttons, that ends so; "" where nothing does."""
    ways = [str(form.get("action", "")), *(str(button["formaction"]) for button in form.select("[formaction]"))]
    return next((way for way in ways if way.endswith(end)), "")


def read_form(form: Tag) -> dict[str, str]:
    data = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        kind = field.get("type", "text")
        if kind in ("radio", "checkbox") and not field.has_attr("checked"):
            continue
        value = field.get_text().removeprefix("\n") if field.name == "textarea" else field.get("value", "")
        data[str(field["name"])] = str(value)
    return data


def check_once(page: Page) -> None:
    """Check a page, and not again where another differs from it in nothing that is checked."""
    frame = find_frame(page.response.get_data(as_text=True))
    if frame not in CHECKED:
        check_page(page)
        CHECKED.add(frame)


def find_frame(html: str) -> bytes:
    """Return the same for pages that are the same but for what their fields hold, and for their ids and tokens."""
    found: dict[str, str] = {}
    bare = TEXT.sub(r"\1", VALUE.sub("", html))
    numbered = ID.sub(lambda one: found.setdefault(one[0], f"\0{len(found)}\0"), bare)
    return sha256(numbered.encode(errors="surrogatepass")).digest()


def check_page(page: Page) -> None:
    """Title, language, unique ids, a label for each field, headings in order, no inline script or style."""
    soup = page.soup
    assert soup.title is not None and soup.title.get_text().strip().endswith("OM-Selbstcheck")  # noqa: PT018 - one fact
    html = soup.find("html")
    assert isinstance(html, Tag)
    assert html.get("lang") in LANGUAGES
    tags = [one for one in soup.descendants if isinstance(one, Tag)]  # walked once: selectors take as long as parsing
    counted = Counter(str(tag["id"]) for tag in tags if "id" in tag.attrs)
    assert set(counted.values()) <= {1}, f"ids twice: {sorted(one for one, times in counted.items() if times > 1)}"
    labelled = {tag.get("for") for tag in tags if tag.name == "label"} - {None, ""}
    for tag in tags:
        if tag.name in FIELDS and tag.get("type") not in UNSEEN_TYPES:
            named = tag.get("aria-label") or tag.find_parent("label") or tag.get("id") in labelled
            assert named, f"no label: {tag}"
        for name in ("aria-describedby", "aria-labelledby"):
            for target in str(tag.get(name, "")).split():
                assert target in counted, f"{name} names {target}, which is not on the page"
        is_inline = "style" in tag.attrs or tag.name == "style" or (tag.name == "script" and "src" not in tag.attrs)
        assert not is_inline, f"inline code would break the content security policy: {tag}"
    _check_headings([int(tag.name[1]) for tag in tags if HEADINGS.fullmatch(tag.name)])


def _check_headings(levels: Sequence[int]) -> None:
    assert levels.count(1) == 1, f"one h1 a page, not {levels.count(1)}"
    for before, after in pairwise(levels):
        assert after <= before + 1, f"h{before} is followed by h{after}"
