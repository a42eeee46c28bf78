"""The declaration as PDF, warm, beside WeasyPrint alone with the same HTML and the same stylesheets."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from unittest.mock import patch

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from bench.app import quiet_app
from bench.figures import Figure, against_floor, compare
from om_selfcheck.domain.declaration import Confirmation, DeclarationDetails
from om_selfcheck.pdf import documents, renderer
from om_selfcheck.pdf.documents import CheckEdition, DeclarationDocument
from om_selfcheck.pdf.fetcher import BundledFetcher

ROUNDS, FILES = 7, 3
DOCUMENT = DeclarationDocument(
    check=CheckEdition(title="Unternehmenscheck", version="1.0", publisher="OM-Selbstcheck"),
    content_hash="0" * 64,
    details=DeclarationDetails(
        company_name="Tischlerei Brandt GmbH",
        street="Am Mühlbach 4",
        postal_code="31134",
        city="Hildesheim",
        signatory_name="Katrin Brandt",
        signatory_function="Geschäftsführerin",
        place="Hildesheim",
        confirmations=frozenset(Confirmation),
    ),
    measures=154,
    complete_actions=10,
    number="OMS-0000-0000-0000",
    address="http://127.0.0.1:8000/verify/OMS-0000-0000-0000",
    issued_on=date(2026, 11, 21),
    valid_until=date(2028, 11, 21),
)


def measure(folder: Path) -> list[Figure]:
    with quiet_app(folder) as app, app.test_request_context():
        html = _written_html()
        ours, alone = _ours(), _weasyprint_alone(html)
        if abs(len(ours()) - len(alone())) > 100:  # noqa: PLR2004 - identifiers differ, the page does not
            raise RuntimeError("the two files are not the same page")
        found = compare(lambda: _cpu_of_one(ours), lambda: _cpu_of_one(alone), rounds=ROUNDS)
    return [against_floor("the declaration as PDF, warm, CPU", found, at_most=1.25)]


def _cpu_of_one(work: Callable[[], bytes]) -> float:
    begin = time.process_time()
    for _ in range(FILES):
        work()
    return (time.process_time() - begin) / FILES


def _ours() -> Callable[[], bytes]:
    return lambda: documents.render_declaration(DOCUMENT, "de")


def _written_html() -> str:
    """Return the HTML that our templates write for the document."""
    with patch.object(documents, "make_pdf", return_value=b"") as make_pdf:
        documents.render_declaration(DOCUMENT, "de")
    html: str = make_pdf.call_args.args[0]
    return html


def _weasyprint_alone(html: str) -> Callable[[], bytes]:
    fonts, fetcher = FontConfiguration(), BundledFetcher()
    texts = [
        *((renderer.TEMPLATES / name).read_text(encoding="utf-8") for name in ("base.css", "declaration/document.css")),
        f"html {{ font-size: {renderer.FULL_SIZE / 4}pt }}",
    ]
    stylesheets = [CSS(string=text, font_config=fonts, url_fetcher=fetcher) for text in texts]

    def make() -> bytes:
        laid_out = HTML(string=html, url_fetcher=fetcher).render(
            font_config=fonts, stylesheets=stylesheets, pdf_variant=renderer.VARIANT
        )
        content: bytes = laid_out.write_pdf(pdf_variant=renderer.VARIANT, pdf_identifier=b"0" * 32)
        return content

    return make
