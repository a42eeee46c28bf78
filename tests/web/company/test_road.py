"""The whole road through the pages, without JavaScript."""

from flask import Flask

from tests import people


def test_a_firm_without_account_gets_to_a_number_that_answers(app: Flask) -> None:
    alma = people.alma(app)
    number = people.declare(alma)
    answer = people.stella(app).client.get(f"/verify/{number}")
    assert "gilt bis" in answer.text
    assert "Tischlerei Brandt GmbH" in answer.text
