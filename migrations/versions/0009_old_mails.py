"""What is to be forgotten of old mails is found without looking at all that was forgotten long ago."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

HAS_ADDRESS = sa.text("address <> ''")


def upgrade() -> None:
    op.create_index(
        "ix_message_with_address",
        "message",
        ["state", "created_at"],
        sqlite_where=HAS_ADDRESS,
        postgresql_where=HAS_ADDRESS,
    )


def downgrade() -> None:
    op.drop_index("ix_message_with_address", table_name="message")
