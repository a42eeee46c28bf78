"""Each version of a finding is a row of its own, so that who wrote what and when stays."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ONE, EACH = "uq_finding_audit_id_code", "uq_finding_audit_id_code_edition"


def upgrade() -> None:
    with op.batch_alter_table("finding") as batch_op:
        batch_op.add_column(sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
        batch_op.drop_constraint(op.f(ONE), type_="unique")
        batch_op.create_unique_constraint(op.f(EACH), ["audit_id", "code", "edition"])
    with op.batch_alter_table("finding") as batch_op:
        batch_op.alter_column("edition", server_default=None)


def downgrade() -> None:
    """Keep the newest version of each finding; the older tables have room for one."""
    finding = sa.table("finding", *map(sa.column, ("audit_id", "code", "edition")))
    newer = finding.alias()
    is_older = sa.exists().where(
        newer.c.audit_id == finding.c.audit_id, newer.c.code == finding.c.code, newer.c.edition > finding.c.edition
    )
    op.execute(sa.delete(finding).where(is_older))
    with op.batch_alter_table("finding") as batch_op:
        batch_op.drop_constraint(op.f(EACH), type_="unique")
        batch_op.drop_column("edition")
        batch_op.create_unique_constraint(op.f(ONE), ["audit_id", "code"])
