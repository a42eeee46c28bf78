"""Text from people stays text, and a document fetches nothing but our font (P-rules on WeasyPrint)."""

from typing import Any
from urllib.request import Request

import pytest

from om_selfcheck.pdf import renderer
from om_selfcheck.pdf.documents import (
    Paper,
    draw_qr_code,
    render_audit_letter,
    render_changes,
    render_declaration,
    render_monday,
    render_plan,
    render_poster,
    render_topics,
)
from om_selfcheck.pdf.fetcher import FACES, SCHEME, BundledFetcher, NotBundled
from tests.pdf.samples import (
    fill_audit_letter,
    fill_changes,
    fill_declaration,
    fill_monday,
    fill_plan,
    fill_poster,
    fill_topics,
    read_text,
    squeeze,
)

HOSTILE = (
    "<img src=file:///etc/passwd>",
    '"><img src="http://127.0.0.1:9/a.png">',
    "{{7*7}}{% raw %}",
    "</td></table></p></title></body>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<style>@import url(http://127.0.0.1:9/b.css);</style>",
    "＜img src=file:///etc/passwd＞",
    "&lt;b&gt; &amp; &#60;",
)
ADDRESSES = (
    "file:///etc/passwd",
    "http://127.0.0.1:9/a.png",
    "https://example.org/a.png",
    "data:image/png;base64,iVBORw0KGgo=",
    "ftp://127.0.0.1/a",
    "bundled:LICENSE.txt",
    "bundled:../files/SourceSansPro-Light.ttf",
    "BUNDLED:SourceSansPro-Light.ttf",
    "/etc/passwd",
)


class _Recorder(BundledFetcher):
    """Our fetcher, with a list of what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        self.asked.append(url)
        return super().fetch(url, headers)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that documents ask for; the press is new, so it asks for the font at least."""
    recorder, press = _Recorder(), renderer.Press()
    monkeypatch.setattr(press, "fetcher", recorder)
    monkeypatch.setattr(renderer, "PRESS", press)
    return recorder.asked


def test_is_printed_as_it_was_written(asked: list[str]) -> None:
    everything = " | ".join(HOSTILE)
    made = (
        render_declaration(fill_declaration(everything), "de"),
        render_topics(fill_topics(everything), "de"),
        render_plan(fill_plan(everything), "de"),
        render_changes(fill_changes(everything), "de"),
        render_monday(fill_monday(everything), "de"),
        render_poster(fill_poster(everything), "de", Paper.A5),
        render_audit_letter(fill_audit_letter(everything), "de", operator_name=""),
    )
    printed = squeeze(everything.replace("＜", "<").replace("＞", ">"))
    assert all(printed in squeeze(read_text(content)) for content in made)
    assert set(asked) == {SCHEME + face for face in FACES}


@pytest.mark.parametrize("address", ADDRESSES[:4])
def test_control_markup_that_got_through_would_have_been_fetched(
    address: str, asked: list[str], complaints: list[str]
) -> None:
    """The harness sees it, WeasyPrint asks for it, and our fetcher refuses it loudly."""
    renderer.make_pdf(f'<html lang="de"><body><img alt="" src="{address}"></body></html>', document="plan")
    assert address in asked
    assert any("Failed to load image" in complaint and "NotBundled" in complaint for complaint in complaints)
    complaints.clear()


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_fetcher_refuses_all_but_our_font(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("the parent would have opened it")

    monkeypatch.setattr("weasyprint.urls.URLFetcher.fetch", never)
    fetcher = BundledFetcher()
    for ask in (fetcher, fetcher.fetch, fetcher.open):
        with pytest.raises(NotBundled):
            ask(address)
    if ":" in address:
        with pytest.raises(NotBundled):
            fetcher.open(Request(address))  # noqa: S310 - that it is refused is the point


def test_control_the_default_fetcher_opens_files(tmp_path: Any) -> None:
    from weasyprint.urls import URLFetcher

    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    opened = URLFetcher().fetch(secret.as_uri())
    assert opened.read() == b"secret"
    opened.close()


@pytest.mark.parametrize("face", FACES)
def test_the_fetcher_serves_whole_font_files(face: str) -> None:
    assert len(BundledFetcher().fetch(SCHEME + face).read()) > 250_000


def test_an_address_cannot_break_out_of_the_qr_code() -> None:
    assert "<script>" not in draw_qr_code("https://example.org/</title><script>")
