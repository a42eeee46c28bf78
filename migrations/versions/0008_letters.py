"""Letters about cases with the mail they went by and the day they were posted; who acted last in a case, and when.

Of letters from before, the cases' pages say whether they go by post; the list of what is to be posted begins now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

UNPOSTED = sa.text("message_id IS NULL AND posted_on IS NULL")


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("posted_by", sa.Uuid(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["step_id"], ["audit_step.id"], name=op.f("fk_letter_step_id_audit_step"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_letter_message_id_message"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["posted_by"], ["user.id"], name=op.f("fk_letter_posted_by_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_message_id"), "letter", ["message_id"])
    op.create_index(op.f("ix_letter_posted_by"), "letter", ["posted_by"])
    op.create_index("ix_letter_unposted", "letter", ["step_id"], sqlite_where=UNPOSTED, postgresql_where=UNPOSTED)
    with op.batch_alter_table("audit") as batch_op:
        batch_op.add_column(sa.Column("last_side", sa.String(20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("last_step_at", sa.DateTime(timezone=True), nullable=True))
    _fill_last_steps()
    with op.batch_alter_table("audit") as batch_op:
        batch_op.alter_column("last_side", server_default=None)


def _fill_last_steps() -> None:
    audit = sa.table("audit", *map(sa.column, ("id", "last_side", "last_step_at")))
    step = sa.table("audit_step", *map(sa.column, ("id", "audit_id", "at", "actor")))
    last = sa.select(step).where(step.c.audit_id == audit.c.id).order_by(step.c.at.desc(), step.c.id.desc()).limit(1)
    side, at = (last.with_only_columns(column).scalar_subquery() for column in (step.c.actor, step.c.at))
    op.execute(sa.update(audit).values(last_side=sa.func.coalesce(side, ""), last_step_at=at))


def downgrade() -> None:
    with op.batch_alter_table("audit") as batch_op:
        batch_op.drop_column("last_step_at")
        batch_op.drop_column("last_side")
    op.drop_table("letter")
