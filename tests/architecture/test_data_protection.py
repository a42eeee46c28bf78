"""The pages on data protection say what the tables and settings say (P18)."""

import re
from uuid import uuid4

from om_selfcheck.config import ROOT, VARIABLES
from om_selfcheck.services.exports import DERIVED, list_columns
from om_selfcheck.store.base import Base
from om_selfcheck.store.queries.belongings import belongs_to

PROCESSING = (ROOT / "docs" / "data-protection.md").read_text(encoding="utf-8")
EXPORT = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")


def test_every_table_has_its_line_in_the_register_of_processing() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PROCESSING, re.MULTILINE)
    assert sorted(listed) == sorted(Base.metadata.tables)


def test_every_length_that_can_be_set_is_named() -> None:
    lengths = {name for name in VARIABLES if name.startswith("OM_KEEP_")}
    assert lengths
    assert lengths == set(re.findall(r"OM_KEEP_\w+", PROCESSING))


def test_the_page_on_the_export_lists_each_table_with_its_columns() -> None:
    listed = {match[1]: match[2].split(", ") for match in re.finditer(r"^- `(\w+)`: (.+)$", EXPORT, re.MULTILINE)}
    taken = [model for model in belongs_to(uuid4()) if model not in DERIVED]
    assert listed == {model.__tablename__: list_columns(model) for model in taken}
