"""The files below ``questionnaires/<slug>/<version>.yaml`` and what the process knows of them."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from om_selfcheck.catalogue.complaints import CatalogueError, Complaint, NotReadable, Place, Remark
from om_selfcheck.catalogue.refs import check_refs, split_at_ref
from om_selfcheck.catalogue.schema import build_questionnaire, check_schema
from om_selfcheck.catalogue.text_file import read_text
from om_selfcheck.catalogue.yaml_reader import Document, Plain, read_yaml
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import canonical_json


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every version of every questionnaire, by slug and version, in the order of both."""

    versions: Mapping[tuple[str, str], Questionnaire]

    def get(self, slug: str, version: str) -> Questionnaire:
        """Return one version; NotFound if there is no such file."""
        try:
            return self.versions[slug, version]
        except KeyError:
            raise NotFound from None

    def newest(self, slug: str) -> Questionnaire:
        """Return the version with the highest number, 1.10 after 1.9; NotFound if there is none."""
        found = [one for one in self.versions.values() if one.slug == slug]
        if not found:
            raise NotFound
        return found[-1]

    def list_newest(self) -> tuple[Questionnaire, ...]:
        """Return the newest version of each questionnaire, ordered by slug."""
        return tuple({one.slug: one for one in self.versions.values()}.values())

    def list_all(self) -> tuple[Questionnaire, ...]:
        """Return every version, ordered by slug and then by number."""
        return tuple(self.versions.values())


def load_catalogue(folder: Path) -> Catalogue:
    """Load all files below a folder, once, when a process starts; CatalogueError names what is wrong in any of them."""
    if not folder.is_dir():
        raise CatalogueError([Complaint(str(folder), 1, "", "there is no such folder")])
    loaded: list[Questionnaire] = []
    complaints: list[Complaint] = []
    for path in _list_files(folder):
        try:
            _refuse_misplaced(folder, path)
            loaded.append(load_questionnaire(path))
        except CatalogueError as error:
            complaints.extend(error.complaints)
    if complaints:
        raise CatalogueError(complaints)
    return Catalogue({(one.slug, one.version): one for one in sorted(loaded, key=_order)})


def load_questionnaire(path: Path) -> Questionnaire:
    """Return the questionnaire in a file; CatalogueError names everything that is wrong with it.

    `content_hash` is the SHA-256 of the canonical JSON of what the file says: comments, layout and the order of keys
    do not change it, any text does.
    """
    file = _show_path(path)
    try:
        document = read_yaml(read_text(path))
    except NotReadable as error:
        raise CatalogueError(Complaint(file, remark.line, "", remark.message) for remark in error.remarks) from error
    remarks = sorted(_check(path, document), key=lambda remark: remark.line)
    if remarks:
        raise CatalogueError(
            Complaint(file, line, split_at_ref(document.data, place)[0], message) for line, message, place in remarks
        )
    return build_questionnaire(document.data, hash_content(document.data))


def hash_content(data: Plain) -> str:
    return hashlib.sha256(canonical_json(data).encode()).hexdigest()


def _check(path: Path, document: Document) -> Iterator[Remark]:
    yield from document.remarks
    for check in (check_schema(document.data), check_refs(document), _check_names(path, document.data)):
        for place, message in check:
            _, rest = split_at_ref(document.data, place)
            yield Remark(document.line_of(place), f"{_name(rest)} {message}", place)


def _check_names(path: Path, data: Plain) -> Iterator[tuple[Place, str]]:
    """Yield what the file says of itself where its folder or its own name says something else."""
    for key, name, what in (("slug", path.absolute().parent.name, "folder"), ("version", path.stem, "file")):
        value = data.get(key) if isinstance(data, dict) else None
        if isinstance(value, str) and value != name:
            yield (key,), f"differs from the name of the {what}, {name}"


def _name(rest: Place) -> str:
    """Return the way to a place as people write it: ``measures[2].practice.en``, counted from one."""
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in rest)
    return "".join(steps).lstrip(".") or "the content"


def _list_files(folder: Path) -> list[Path]:
    """Return whatever looks like YAML, in any depth, without the hidden files of editors and mounts."""
    found = [*folder.rglob("*.yaml"), *folder.rglob("*.yml")]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _refuse_misplaced(folder: Path, path: Path) -> None:
    if path.parent.parent != folder or path.suffix != ".yaml":
        message = "is misplaced; a questionnaire stands in <slug>/<version>.yaml"
        raise CatalogueError([Complaint(_show_path(path), 1, "", message)])


def _show_path(path: Path) -> str:
    return "/".join(path.absolute().parts[-3:])


def _order(questionnaire: Questionnaire) -> tuple[str, tuple[int, ...]]:
    return questionnaire.slug, tuple(int(number) for number in questionnaire.version.split("."))
