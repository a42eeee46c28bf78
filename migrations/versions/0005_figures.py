"""Stages that stay counted, pools of ended links, who was counted when, and when a nudge was queued."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

STAGES = ("half_rated_on", "all_rated_on", "plan_complete_on", "declared_on", "renewed_on")


def upgrade() -> None:
    op.create_table(
        "counted_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        *(sa.Column(stage, sa.Date(), nullable=True) for stage in STAGES),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_counted_round_network_id_network"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["invitation_link.id"],
            name=op.f("fk_counted_round_link_id_invitation_link"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_counted_round_assessment_id_assessment"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_counted_round_company_id_company"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_round")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_counted_round_assessment_id")),
    )
    with op.batch_alter_table("counted_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_counted_round_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_counted_round_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_counted_round_network_id"), ["network_id"], unique=False)

    op.create_table(
        "pooled_link",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["invitation_link.id"],
            name=op.f("fk_pooled_link_link_id_invitation_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_pooled_link")),
    )
    op.create_table(
        "counted_company",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_slug", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_counted_company_company_id_company"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("company_id", "questionnaire_slug", "kind", name=op.f("pk_counted_company")),
    )
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.add_column(sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.drop_column("queued_at")
    op.drop_table("counted_company")
    op.drop_table("pooled_link")
    op.drop_table("counted_round")
