"""Commands for whoever works on the project."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from om_selfcheck.config import ROOT

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

JOURNEYS = "tests/journeys"
CHECKS_AT_ONCE = 2
PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}
SPOKEN_IN = {"om_selfcheck": (("**.py", "python"),), "templates": (("**.html", "jinja2"), ("**.txt", "jinja2"))}
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}
MARKS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PO_HEADER = """\
msgid ""
msgstr ""
"Language: en\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


@click.command(context_settings=PASS_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run the whole test suite; arguments go to pytest."""
    if arguments:
        sys.exit(_run("pytest", *arguments))
    workers = ("-n", "2", "--dist", "worksteal")
    # the browser's driver keeps an event loop in its process, which pages tested there would stumble over
    pure = _run("pytest", *workers, f"--ignore={JOURNEYS}")
    sys.exit(max(pure, _run("pytest", *workers, JOURNEYS)))


@click.command()
def check() -> None:
    """Look at lint, format, types, templates and layers."""
    tools = Path(sys.executable).parent
    commands = (
        ("mypy",),  # the longest; the others go on beside it
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("djlint", "--lint", "--quiet", "templates"),
        ("lint-imports",),
    )
    with ThreadPoolExecutor(CHECKS_AT_ONCE) as checks:
        sys.exit(max(checks.map(_run_apart, [(str(tools / name), *rest) for name, *rest in commands])))


@click.command(context_settings=PASS_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure costs against a floor in the same run."""
    sys.exit(subprocess.run([sys.executable, "-m", "bench", *arguments], cwd=ROOT, check=False).returncode)


@click.command()
def lock() -> None:
    """Pin requirements.txt and requirements-dev.txt anew from the .in files."""
    for name in ("requirements", "requirements-dev"):
        command = ("pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate")
        if status := _run("uv", *command, "--quiet", "-o", f"{name}.txt", f"{name}.in"):
            sys.exit(status)


@click.command()
def words() -> None:
    """Bring the English texts up to date: new German ones come in empty, vanished ones go."""
    from babel.messages.pofile import read_po

    from om_selfcheck.i18n.translation import FOLDER

    path = FOLDER / "en.po"
    with path.open("rb") as file:
        before = read_po(file, locale="en", abort_invalid=True)
    now = collect_words(before)
    path.write_bytes(write_words(now))
    texts = {message.id for message in now if message.id}
    known = {message.id for message in before if message.id}
    empty = sum(not is_translated(message.string) for message in now if message.id)
    click.echo(
        f"{len(texts)} texts: {len(texts - known)} new, {len(known - texts)} gone, {empty} without a translation"
    )


def collect_words(translated: "Catalog") -> "Catalog":
    """Return every German text of templates and Python, with the English one where it has been translated."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    found = Catalog(locale="en", fuzzy=False)
    for folder, methods in SPOKEN_IN.items():
        options = {pattern: JINJA for pattern, method in methods if method == "jinja2"}
        for _file, _line, text, _comments, context in extract_from_dir(ROOT / folder, methods, options, keywords=MARKS):
            found.add(text, context=context)
    for message in found:
        old = translated.get(message.id, message.context) if message.id else None
        if old is not None and old.id == message.id:
            message.string, message.user_comments = old.string, old.user_comments
    return found


def write_words(catalog: "Catalog") -> bytes:
    """Return the file: sorted by text and without places or dates, so that a change shows only itself."""
    from babel.messages.pofile import write_po

    file = BytesIO()
    write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return PO_HEADER.encode() + file.getvalue()


def is_translated(string: str | Sequence[str] | None) -> bool:
    """Say whether a text, in all its plural forms, has words."""
    return bool(string) and all([string] if isinstance(string, str) else string or ())


def _run(module: str, *arguments: str) -> int:
    click.echo(f"– {module} {' '.join(arguments)}".rstrip())
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode


def _run_apart(command: Sequence[str]) -> int:
    """Run a tool of the environment beside others, and show in one piece what it says."""
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    click.echo(f"– {Path(command[0]).name} {' '.join(command[1:])}".rstrip() + f"\n{done.stdout}".rstrip())
    return done.returncode


COMMANDS = (test, check, bench, lock, words)
