"""Commands for whoever works on the project."""

import subprocess
import sys

import click

from om_selfcheck.config import ROOT

PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}


@click.command(context_settings=PASS_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run the whole test suite; arguments go to pytest."""
    chosen = arguments or ("-n", "2", "--dist", "worksteal")
    sys.exit(_run("pytest", *chosen))


@click.command()
def check() -> None:
    """Look at lint, format, types, templates and layers."""
    results = [
        _run("ruff", "check", "."),
        _run("ruff", "format", "--check", "."),
        _run("mypy"),
        _run("djlint", "--check", "--lint", "--quiet", "templates"),
        _run("importlinter.cli", "lint_imports"),
    ]
    sys.exit(max(results))


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


def _run(module: str, *arguments: str) -> int:
    click.echo(f"– {module} {' '.join(arguments)}".rstrip())
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode


COMMANDS = (test, check, bench, lock)
