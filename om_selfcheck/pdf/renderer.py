"""HTML to PDF bytes: one document at a time, with our own font, and the same bytes for the same page.

WeasyPrint is loaded with the first document, so that the start stays fast. The font configuration and the parsed
stylesheets are kept: a page then takes half the time, and memory stays flat.
"""

import atexit
import hashlib
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from weasyprint import CSS, HTML, Document
    from weasyprint.text.fonts import FontConfiguration

    from om_selfcheck.pdf.fetcher import BundledFetcher

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates" / "pdf"
VARIANT = "pdf/ua-1"  # tagged, with language and title, as PDF/UA wants it
FULL_SIZE = 40  # quarters of a point in one rem; everything in a document is measured in rem
SMALLEST_SIZE = 14


def make_pdf(html: str, *, document: str, has_one_page: bool = False) -> bytes:
    """Return the page as PDF, styled by ``templates/pdf/<document>/document.css``.

    A document that has one page gets smaller as a whole until it fits.
    """
    return PRESS.print(html, document=document, has_one_page=has_one_page)


def print_in(printer: "Printer") -> None:
    """Let all documents of this process be printed by somebody else, such as a process of its own."""
    global PRESS  # noqa: PLW0603 - set once, before anything is printed
    PRESS = printer


class PdfNotMade(Exception):
    """A document could not be printed; asked again, it may be."""


class PressBusy(PdfNotMade):
    """So many wait for a document already that nobody else should."""


class Printer(Protocol):
    """Whoever makes a file of a page."""

    def print(self, html: str, *, document: str, has_one_page: bool) -> bytes: ...


class Press:
    """What is kept between documents: font, fetcher and parsed stylesheets. It prints one document at a time."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()
        self._stylesheets: dict[str, CSS] = {}

    def print(self, html: str, *, document: str, has_one_page: bool) -> bytes:
        from weasyprint import HTML

        from om_selfcheck.pdf.glyphs import print_all

        with self._one_at_a_time:
            page = HTML(string=print_all(html), url_fetcher=self.fetcher)
            laid_out = self.lay_out(page, document, FULL_SIZE)
            if has_one_page and len(laid_out.pages) > 1:
                laid_out = self._shrink(page, document)
            content: bytes = laid_out.write_pdf(pdf_variant=VARIANT, pdf_identifier=_identify(html))
        return content

    def lay_out(self, page: "HTML", document: str, size: int) -> "Document":
        stylesheets = [self._read("base.css"), self._read(f"{document}/document.css"), self._set_size(size)]
        return page.render(font_config=self.fonts, stylesheets=stylesheets, pdf_variant=VARIANT)

    def _shrink(self, page: "HTML", document: str) -> "Document":
        """Lay the page out in the largest size that gives one page: down in growing strides, then halving back."""
        overflows, stride = FULL_SIZE, 1
        fits = FULL_SIZE - stride
        fitting = self.lay_out(page, document, fits)
        while len(fitting.pages) > 1 and fits > SMALLEST_SIZE:
            overflows, stride = fits, stride * 2
            fits = max(fits - stride, SMALLEST_SIZE)
            fitting = self.lay_out(page, document, fits)
        while overflows - fits > 1:
            size = (fits + overflows) // 2
            laid_out = self.lay_out(page, document, size)
            if len(laid_out.pages) == 1:
                fits, fitting = size, laid_out
            else:
                overflows = size
        return fitting

    def _read(self, name: str) -> "CSS":
        if name not in self._stylesheets:
            self._stylesheets[name] = self._parse((TEMPLATES / name).read_text(encoding="utf-8"))
        return self._stylesheets[name]

    def _set_size(self, quarters: int) -> "CSS":
        return self._parse(f"html {{ font-size: {quarters / 4}pt }}")

    def _parse(self, css: str) -> "CSS":
        from weasyprint import CSS

        return CSS(string=css, font_config=self.fonts, url_fetcher=self.fetcher)

    @cached_property
    def fonts(self) -> "FontConfiguration":
        from weasyprint.text.fonts import FontConfiguration

        atexit.register(vars(self).pop, "fonts", None)  # later it would miss what frees it, and say so
        return FontConfiguration()

    @cached_property
    def fetcher(self) -> "BundledFetcher":
        from om_selfcheck.pdf.fetcher import BundledFetcher

        return BundledFetcher()


PRESS: Printer = Press()


def _identify(html: str) -> bytes:
    """Return the file's identifier: the same for the same page, or else it would be random."""
    return hashlib.sha256(html.encode("utf-8", "replace")).hexdigest()[:32].encode()
