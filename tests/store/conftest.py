"""Fixtures of the tests beside this file."""

from tests.store.fresh import fresh_engine, fresh_url

__all__ = ["fresh_engine", "fresh_url"]
