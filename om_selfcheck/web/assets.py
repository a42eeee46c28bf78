"""Static files: Bootstrap's stylesheet and ours, compressed once and served by WhiteNoise.

Their address holds a hash of them all, so browsers keep them for a year and imports between modules keep working.
"""

import gzip
import hashlib
import shutil
from importlib.util import find_spec
from pathlib import Path
from wsgiref.headers import Headers

import brotli
from flask import Flask
from whitenoise import WhiteNoise

from om_selfcheck.web.security import HEADERS

OWN_FOLDER = Path(__file__).parent / "static"
COMPRESSED = {".css", ".js", ".svg"}
FOREVER = 10 * 365 * 24 * 3600


def init_app(app: Flask) -> None:
    folder = build(app.extensions["om_settings"].instance_dir / "static")
    prefix = f"/static/{folder.name}/"

    def asset(name: str) -> str:
        return prefix + name

    app.jinja_env.globals["asset"] = asset
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=prefix,
        max_age=FOREVER,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_add_headers,
        index_file=False,
    )


def build(parent: Path) -> Path:
    """Collect and compress the files into a folder named after their hash; what is there already stays."""
    sources = _sources()
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    folder = parent / digest.hexdigest()[:12]
    if not folder.exists():
        scratch = parent / f".{folder.name}.{id(digest)}"
        scratch.mkdir(parents=True)
        for path in sources:
            _add(path, scratch)
        try:
            scratch.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(scratch)
    return folder


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value


def _sources() -> list[Path]:
    package = find_spec("flask_bootstrap")
    if package is None or package.origin is None:
        raise RuntimeError("Bootstrap-Flask is not installed")
    bootstrap = Path(package.origin).parent / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    return [bootstrap, *sorted(path for path in OWN_FOLDER.iterdir() if path.is_file())]


def _add(path: Path, folder: Path) -> None:
    content = path.read_bytes().replace(b"/*# sourceMappingURL=bootstrap.min.css.map */", b"")
    (folder / path.name).write_bytes(content)
    if path.suffix in COMPRESSED:
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(content, mtime=0))
        (folder / f"{path.name}.br").write_bytes(brotli.compress(content))
