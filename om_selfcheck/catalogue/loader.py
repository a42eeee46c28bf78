"""Reads the files below ``questionnaires/<slug>/<version>.yaml``."""

import hashlib
from pathlib import Path

from om_selfcheck.catalogue.checks import check_document
from om_selfcheck.catalogue.complaints import CatalogueError, Complaint, NotReadable, Remark
from om_selfcheck.catalogue.schema import build_questionnaire
from om_selfcheck.catalogue.text_file import read_text
from om_selfcheck.catalogue.versions import Catalogue
from om_selfcheck.catalogue.yaml_reader import Plain, read_yaml
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.record import canonical_json


def load_catalogue(folder: Path) -> Catalogue:
    """Load all files below a folder, once, when a process starts; CatalogueError names what is wrong in any of them."""
    if not folder.is_dir():
        raise CatalogueError([_complain(folder, Remark(1, "there is no such folder"))])
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
    return Catalogue({(one.slug, one.version): one for one in loaded})


def load_questionnaire(path: Path) -> Questionnaire:
    """Return the questionnaire in a file; CatalogueError names everything that is wrong with it.

    `content_hash` is the SHA-256 of the canonical JSON of what the file says: comments, layout and the order of keys
    do not change it, any text does.
    """
    try:
        document = read_yaml(read_text(path))
    except NotReadable as error:
        raise CatalogueError(_complain(path, remark) for remark in error.remarks) from error
    remarks = check_document(document, slug=path.absolute().parent.name, version=path.stem)
    if remarks:
        raise CatalogueError(_complain(path, remark) for remark in remarks)
    return build_questionnaire(document.data, hash_content(document.data))


def hash_content(data: Plain) -> str:
    return hashlib.sha256(canonical_json(data).encode()).hexdigest()


def _list_files(folder: Path) -> list[Path]:
    """Return whatever looks like YAML, in any depth, without the hidden files of editors and mounts."""
    found = [*folder.rglob("*.yaml"), *folder.rglob("*.yml")]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _refuse_misplaced(folder: Path, path: Path) -> None:
    if path.parent.parent != folder or path.suffix != ".yaml":
        raise CatalogueError([_complain(path, Remark(1, "is misplaced; its place is <slug>/<version>.yaml"))])


def _complain(path: Path, remark: Remark) -> Complaint:
    """Return the complaint about a file, which is named by its last two folders and its own name."""
    file = "/".join(path.absolute().parts[-3:])
    return Complaint(file, remark.line, remark.ref, remark.message)
