"""HTML to PDF bytes: one document at a time, with our own font, and the same bytes for the same page.

WeasyPrint is loaded with the first document, so that start-up stays fast. The font configuration and the parsed
stylesheets are kept: a page then takes half the time, and memory stays flat.
"""

import hashlib
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates" / "pdf"
VARIANT = "pdf/ua-1"  # tagged, with language and title; costs about a tenth of the time
FULL_SIZE = 40  # quarters of a point in one rem; everything in a document is measured in rem
SMALLEST_SIZE = 14

_one_at_a_time = Lock()


def make_pdf(html: str, *, document: str, has_one_page: bool = False) -> bytes:
    """Return the page as PDF, styled by ``templates/pdf/<document>/document.css``.

    A document that has one page gets smaller until it fits.
    """
    from om_selfcheck.pdf.glyphs import print_all

    with _one_at_a_time:
        page = _parse(print_all(html))
        rendered = _render(page, document, FULL_SIZE)
        if has_one_page and len(rendered.pages) > 1:
            rendered = _shrink(page, document)
        identifier = hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()[:32]
        content: bytes = rendered.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier.encode())
    return content


def _parse(html: str) -> Any:  # noqa: ANN401  # WeasyPrint ships no types
    from weasyprint import HTML

    return HTML(string=html, url_fetcher=_fetcher())


def _shrink(page: Any, document: str) -> Any:  # noqa: ANN401
    """Return the page in the largest size that fits, found by halving."""
    fitting = _render(page, document, SMALLEST_SIZE)
    fits, overflows = SMALLEST_SIZE, FULL_SIZE
    while overflows - fits > 1 and len(fitting.pages) == 1:
        size = (fits + overflows) // 2
        rendered = _render(page, document, size)
        if len(rendered.pages) == 1:
            fits, fitting = size, rendered
        else:
            overflows = size
    return fitting


def _render(page: Any, document: str, size: int) -> Any:  # noqa: ANN401
    stylesheets = [_stylesheet("base.css"), _stylesheet(f"{document}/document.css"), _size(size)]
    return page.render(font_config=_fonts(), stylesheets=stylesheets, pdf_variant=VARIANT)


@cache
def _fonts() -> Any:  # noqa: ANN401
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _fetcher() -> Any:  # noqa: ANN401
    from om_selfcheck.pdf.fetcher import BundledFetcher

    return BundledFetcher()


@cache
def _stylesheet(name: str) -> Any:  # noqa: ANN401
    return _parse_css((TEMPLATES / name).read_text(encoding="utf-8"))


@cache
def _size(quarters: int) -> Any:  # noqa: ANN401
    return _parse_css(f"html {{ font-size: {quarters / 4}pt }}")


def _parse_css(text: str) -> Any:  # noqa: ANN401
    from weasyprint import CSS

    return CSS(string=text, font_config=_fonts(), url_fetcher=_fetcher())
