"""The catalogue: which versions there are, and which is the newest."""

from pathlib import Path

import pytest

from om_selfcheck.catalogue import CatalogueError, Complaint
from om_selfcheck.catalogue.loader import load_catalogue
from om_selfcheck.domain.errors import NotFound
from om_selfcheck.domain.questionnaire import Questionnaire
from tests.catalogue.samples import make_tree, save, write_down


def ship(folder: Path, slug: str, *versions: str) -> None:
    for version in versions:
        save(folder, write_down(make_tree(slug=slug, version=version)).text, f"{slug}/{version}.yaml")


def names(questionnaires: tuple[Questionnaire, ...]) -> list[tuple[str, str]]:
    return [(one.slug, one.version) for one in questionnaires]


def test_compares_versions_as_numbers(tmp_path: Path) -> None:
    ship(tmp_path, "kurzcheck", "1.9", "1.10", "1.2")

    assert load_catalogue(tmp_path).newest("kurzcheck").version == "1.10"


def test_a_higher_first_number_is_newer(tmp_path: Path) -> None:
    ship(tmp_path, "kurzcheck", "2.0", "10.0", "9.12")

    assert load_catalogue(tmp_path).newest("kurzcheck").version == "10.0"


def test_lists_by_slug_and_number(tmp_path: Path) -> None:
    ship(tmp_path, "zweiter", "1.0")
    ship(tmp_path, "erster", "1.10", "1.9")
    catalogue = load_catalogue(tmp_path)

    assert names(catalogue.list_all()) == [("erster", "1.9"), ("erster", "1.10"), ("zweiter", "1.0")]
    assert names(catalogue.list_newest()) == [("erster", "1.10"), ("zweiter", "1.0")]


def test_gets_an_older_version(tmp_path: Path) -> None:
    ship(tmp_path, "kurzcheck", "1.0", "1.1")

    assert load_catalogue(tmp_path).get("kurzcheck", "1.0").version == "1.0"


@pytest.mark.parametrize(("slug", "version"), [("kurzcheck", "1.1"), ("anderer", "1.0"), ("", ""), ("kurzcheck", "1")])
def test_does_not_find_what_there_is_not(tmp_path: Path, slug: str, version: str) -> None:
    ship(tmp_path, "kurzcheck", "1.0")

    with pytest.raises(NotFound):
        load_catalogue(tmp_path).get(slug, version)


def test_does_not_find_the_newest_of_nothing(tmp_path: Path) -> None:
    ship(tmp_path, "kurzcheck", "1.0")

    with pytest.raises(NotFound):
        load_catalogue(tmp_path).newest("kurz")


def test_an_empty_folder_is_an_empty_catalogue(tmp_path: Path) -> None:
    assert load_catalogue(tmp_path).list_all() == ()


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="there is no such folder"):
        load_catalogue(tmp_path / "questionnaires")


def test_names_what_is_wrong_in_every_file(tmp_path: Path) -> None:
    ship(tmp_path, "kurzcheck", "1.0")
    save(tmp_path, "", "kurzcheck/1.1.yaml")
    save(tmp_path, "- a\n- b\n", "langcheck/1.0.yaml")

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)

    folder = tmp_path.name
    keys = "slug, version, publisher, licence, title, summary, topics"
    assert caught.value.complaints == (
        Complaint(f"{folder}/kurzcheck/1.1.yaml", 1, "", "is empty"),
        Complaint(f"{folder}/langcheck/1.0.yaml", 1, "", f"the content must have the keys {keys}"),
    )
    assert str(caught.value).splitlines() == [str(complaint) for complaint in caught.value.complaints]


@pytest.mark.parametrize("file", ["1.0.yaml", "kurzcheck/1.0.yml", "kurzcheck/alt/1.0.yaml"])
def test_a_file_in_the_wrong_place_is_an_error(tmp_path: Path, file: str) -> None:
    save(tmp_path, write_down(make_tree()).text, file)

    with pytest.raises(CatalogueError, match="is misplaced"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize("file", ["README.md", "kurzcheck/.1.0.yaml", ".hidden/x/1.0.yaml", "kurzcheck/1.0.yaml~"])
def test_other_files_do_not_matter(tmp_path: Path, file: str) -> None:
    ship(tmp_path, "kurzcheck", "1.0")
    save(tmp_path, "- nothing", file)

    assert names(load_catalogue(tmp_path).list_all()) == [("kurzcheck", "1.0")]


def test_a_complaint_reads_like_that_of_a_compiler() -> None:
    missing = Complaint("questionnaires/kurzcheck/1.0.yaml", 214, "2.3.b", "practice.en is missing")
    empty = Complaint("questionnaires/kurzcheck/1.0.yaml", 1, "", "is empty")

    assert str(missing) == "questionnaires/kurzcheck/1.0.yaml:214 (2.3.b): practice.en is missing"
    assert str(empty) == "questionnaires/kurzcheck/1.0.yaml:1: is empty"
