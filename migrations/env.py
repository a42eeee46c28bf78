"""Alembic runs inside the connection and transaction it is given by om_selfcheck.store.migrate."""

from alembic import context

from om_selfcheck.store.base import Base
from om_selfcheck.store.models import Assessment  # noqa: F401 - fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
