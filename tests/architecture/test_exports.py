"""Every table that leaves as a file is either an event in the record, or it is known why not."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

SENDERS = {"send_list", "send_table"}
RECORDERS = {"record_taking", "_export"}
RECORDED = {"staff.export_register", "staff.export_record", "network.export_csv", "network.export_xlsx"}
NOT_RECORDED = {
    "network.figures_csv": "published figures: counts over groups, nobody's name or answer",
    "network.figures_xlsx": "the same as one file",
}
View = Callable[..., Any]


def find_exports(views: Mapping[str, View]) -> set[str]:
    """Return the endpoints whose view hands out a list as a file."""
    return {endpoint for endpoint, view in views.items() if _list_calls(view) & SENDERS}


def _list_calls(view: View) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(view))))
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def find_methods(app: Flask, endpoint: str) -> set[str]:
    return {method for rule in app.url_map.iter_rules(endpoint) for method in rule.methods or ()} - {"OPTIONS", "HEAD"}


def test_every_list_is_recorded_or_known_not_to_be(migrated_app: Flask) -> None:
    views = migrated_app.view_functions.items()
    own = {name: view for name, view in views if view.__module__.startswith("om_selfcheck")}
    assert find_exports(own) == RECORDED | NOT_RECORDED.keys()
    assert not RECORDED & NOT_RECORDED.keys()
    for name in RECORDED:
        assert _list_calls(own[name]) & RECORDERS, name


def test_what_is_recorded_is_asked_for_by_a_form_and_what_is_not_by_a_link(migrated_app: Flask) -> None:
    assert {tuple(find_methods(migrated_app, name)) for name in RECORDED} == {("POST",)}
    assert {tuple(find_methods(migrated_app, name)) for name in NOT_RECORDED} == {("GET",)}


def test_control_a_new_list_is_found() -> None:
    def send_list(_name: str) -> None: ...

    def export_people() -> None:
        send_list("people")

    def show_people() -> str:
        return "people"

    assert find_exports({"staff.people": show_people, "staff.export_people": export_people}) == {"staff.export_people"}
