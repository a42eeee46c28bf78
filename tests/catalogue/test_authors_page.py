"""The page for authors shows a questionnaire that loads, and complaints as they are printed."""

import re
from pathlib import Path

from om_selfcheck.catalogue.loader import load_questionnaire
from tests.catalogue.samples import complaints_about, make_tree, save, write_down

PAGE = (Path(__file__).parents[2] / "docs" / "questionnaires.md").read_text()


def test_the_example_loads(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found

    example = load_questionnaire(save(tmp_path, found[1].replace("…", "Text")))

    assert [measure.ref for measure in example.measures()] == ["1.1.a"]


def test_complaints_are_worded_as_shown(tmp_path: Path) -> None:
    text = write_down(make_tree()).text
    text = text.replace(', "en": "Practice 2.3.b in English"', "").replace('"ref": "2.4.a"', '"ref": "2.4.2"')

    for complaint in complaints_about(save(tmp_path, text)):
        printed = re.sub(r":\d+ ", ":LINE ", str(complaint)).replace("measures[1]", "measures[2]")
        assert printed in re.sub(r":\d+ ", ":LINE ", PAGE)
