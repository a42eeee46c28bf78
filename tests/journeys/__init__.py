"""Roads walked in a real browser against the real server; see conftest.py for both."""
