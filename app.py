"""The application, for any WSGI server."""

from om_selfcheck.factory import create_app

app = create_app()
