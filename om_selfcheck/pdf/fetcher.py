"""What a document may fetch: our own font, and nothing else."""

from pathlib import Path

import font_source_sans_pro
from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "bundled:"
FACES = ("SourceSansPro-Light.ttf", "SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf")


class NotBundled(ValueError):
    """A document asked for an address outside; WeasyPrint logs it as an error and goes on without."""


class BundledFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Serve ``bundled:<face>`` and refuse every other address: file:, http:, data: and what is yet to be invented.

    `open`, `__call__` and redirects of the parent all come through `fetch`, which never calls its own parent.
    """

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002  # the parent's
        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in FACES:
            raise NotBundled("only the bundled font is served")
        return URLFetcherResponse(url, face_path(name).read_bytes(), {"Content-Type": "font/ttf"})


def face_path(name: str) -> Path:
    return Path(font_source_sans_pro.font_directory) / name
