"""Everything a readable file is checked for, and where in it each finding stands."""

from collections.abc import Iterator

from om_selfcheck.catalogue.complaints import Remark, show
from om_selfcheck.catalogue.refs import check_refs, split_at_ref
from om_selfcheck.catalogue.schema import check_schema
from om_selfcheck.catalogue.yaml_reader import Document, Finding, Place, Plain


def check_document(document: Document, *, slug: str, version: str) -> list[Remark]:
    """Return what is wrong with a file, in the order of its lines; `slug` and `version` are what it is stored as."""
    remarks = [_locate(document, finding) for finding in document.findings]
    for check in (
        check_schema(document.data),
        check_refs(document),
        _check_name(document.data, "slug", slug),
        _check_name(document.data, "version", version),
    ):
        remarks.extend(_put(document, place, message) for place, message in check)
    return sorted(remarks, key=lambda remark: remark.line)


def _locate(document: Document, finding: Finding) -> Remark:
    ref, _ = split_at_ref(document.data, finding.place)
    return Remark(finding.line, finding.message, ref)


def _put(document: Document, place: Place, message: str) -> Remark:
    ref, rest = split_at_ref(document.data, place)
    return Remark(document.line_of(place), f"{_name(rest)} {message}", ref)


def _check_name(data: Plain, key: str, stored_as: str) -> Iterator[tuple[Place, str]]:
    value = data.get(key) if isinstance(data, dict) else None
    if isinstance(value, str) and value != stored_as:
        yield (key,), f"is {show(value)}, but the file is stored under {show(stored_as)}"


def _name(rest: Place) -> str:
    """Return the way to a place as people write it: ``measures[2].practice.en``, counted from one."""
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{_word(step)}" for step in rest)
    return "".join(steps).lstrip(".") or "the content"


def _word(key: str) -> str:
    return key if key.isidentifier() else show(key)
