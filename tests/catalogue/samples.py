"""A small questionnaire as a tree, and how it is written down so that every line is known beforehand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from om_selfcheck.catalogue import CatalogueError, Complaint
from om_selfcheck.catalogue.loader import load_questionnaire

Tree = dict[str, Any]
Place = tuple[str | int, ...]

FILE = "questionnaires/kurzcheck/1.0.yaml"


def make_text(words: str) -> Tree:
    return {"de": f"{words} auf Deutsch", "en": f"{words} in English"}


def make_measure(ref: str) -> Tree:
    return {
        "ref": ref,
        "practice": make_text(f"Practice {ref}"),
        "good": make_text(f"Good {ref}"),
        "first_step": {
            "title": make_text(f"Begin {ref}"),
            "description": make_text(f"Description {ref}"),
            "follow_up": make_text(f"Follow-up {ref}"),
        },
    }


def make_checkpoint(ref: str, letters: str) -> Tree:
    aid = {"title": make_text(f"Aid {ref}"), "publisher": "BAuA", "address": f"https://www.example.org/{ref}?a=1#b"}
    return {
        "ref": ref,
        "title": make_text(f"Checkpoint {ref}"),
        "question": make_text(f"Question {ref}"),
        "aids": [aid] if ref == "2.3" else [],
        "measures": [make_measure(f"{ref}.{letter}") for letter in letters],
    }


def make_topic(ref: str, **checkpoints: str) -> Tree:
    return {
        "ref": ref,
        "title": make_text(f"Topic {ref}"),
        "benefit": make_text(f"Benefit {ref}"),
        "minutes": "8",
        "checkpoints": [make_checkpoint(f"{ref}.{name[1:]}", letters) for name, letters in checkpoints.items()],
    }


def make_tree(*, slug: str = "kurzcheck", version: str = "1.0") -> Tree:
    """Make a questionnaire of two topics, three checkpoints and four measures: 1.1.a, 1.1.b, 2.3.b and 2.4.a."""
    return {
        "slug": slug,
        "version": version,
        "publisher": "Test publisher",
        "licence": "CC0-1.0",
        "title": make_text("Check"),
        "summary": make_text("Summary"),
        "topics": [make_topic("1", c1="ab"), make_topic("2", c3="b", c4="a")],
    }


@dataclass
class Written:
    """A tree as a file: its lines of text, and the line on which each place stands."""

    rows: list[str] = field(default_factory=lambda: ["# a comment, so that the content begins in line 2"])
    lines: dict[Place, int] = field(default_factory=lambda: {(): 2})

    @property
    def text(self) -> str:
        return "\n".join(self.rows) + "\n"


def write_down(tree: Tree, *, in_one_line: bool = True) -> Written:
    """Write a tree as YAML in blocks; pairs of texts stand in braces on one line, or below each other."""
    written = Written()
    _write_mapping(written, tree, (), "", in_one_line=in_one_line)
    return written


def _write_mapping(written: Written, node: Tree, place: Place, indent: str, *, in_one_line: bool) -> None:
    for key, value in node.items():
        here = (*place, key)
        written.lines[here] = len(written.rows) + 1
        is_block = isinstance(value, dict | list) and bool(value)
        if in_one_line and isinstance(value, dict) and all(isinstance(leaf, str) for leaf in value.values()):
            is_block = False
            written.lines |= dict.fromkeys(((*here, leaf) for leaf in value), written.lines[here])
        end = "" if is_block else " " + json.dumps(value, ensure_ascii=False)
        written.rows.append(f"{indent}{json.dumps(key, ensure_ascii=False)}:{end}")
        if is_block and isinstance(value, dict):
            _write_mapping(written, value, here, indent + "  ", in_one_line=in_one_line)
        elif is_block:
            _write_list(written, value, here, indent + "  ", in_one_line=in_one_line)


def _write_list(written: Written, entries: list[Any], place: Place, indent: str, *, in_one_line: bool) -> None:
    for index, entry in enumerate(entries):
        begin = len(written.rows)
        written.lines[*place, index] = begin + 1
        if isinstance(entry, dict):
            _write_mapping(written, entry, (*place, index), indent + "  ", in_one_line=in_one_line)
            written.rows[begin] = f"{indent}- {written.rows[begin].lstrip()}"
        else:
            written.rows.append(f"{indent}- {json.dumps(entry, ensure_ascii=False)}")


def list_places(node: object, place: Place = ()) -> list[Place]:
    """List every place in a tree but its root."""
    if isinstance(node, dict):
        steps: Mapping[str | int, object] = node
    else:
        steps = dict(enumerate(node)) if isinstance(node, list) else {}
    return [found for step, value in steps.items() for found in ((*place, step), *list_places(value, (*place, step)))]


def at(tree: Any, place: Place) -> Any:
    for step in place:
        tree = tree[step]
    return tree


def ref_around(tree: Tree, place: Place) -> str:
    """Return the ref of the nearest measure, checkpoint or topic around a place."""
    around = [at(tree, place[:depth]) for depth in range(len(place), -1, -1)]
    return next((node["ref"] for node in around if isinstance(node, dict) and isinstance(node.get("ref"), str)), "")


def save(folder: Path, content: str | bytes, file: str = FILE) -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def complaints_about(path: Path) -> tuple[Complaint, ...]:
    with pytest.raises(CatalogueError) as caught:
        load_questionnaire(path)
    return caught.value.complaints
