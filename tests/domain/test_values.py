"""Every value of the domain is frozen: what was checked stays what it was."""

import importlib
import pkgutil
from dataclasses import FrozenInstanceError, is_dataclass

import pytest

import om_selfcheck.domain
from om_selfcheck.domain.merging import FieldMerger
from om_selfcheck.domain.tampering import Walk
from tests.builders import make_action

COLLECTORS = {FieldMerger, Walk}  # live as long as one form, as one walk along the record


def test_every_dataclass_of_the_domain_is_frozen() -> None:
    names = [name for _, name, _ in pkgutil.walk_packages(om_selfcheck.domain.__path__, "om_selfcheck.domain.")]
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    classes = {value for value in values if isinstance(value, type) and is_dataclass(value)}
    assert {value for value in classes if not vars(value)["__dataclass_params__"].frozen} == COLLECTORS
    assert len(classes) > 20


def test_a_value_cannot_be_changed() -> None:
    action = make_action()
    with pytest.raises(FrozenInstanceError):
        action.title = "Anders"  # type: ignore[misc]
