"""The mail ledger, confirmed addresses, what becomes of actions, renewals, and counters against guessing."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

RIGHTS_BEFORE = "\"right\" IN ('owner', 'editor', 'reader')"
RIGHTS_NOW = "\"right\" IN ('owner', 'editor', 'reader', 'doer', 'calendar')"
STATES = "state IN ('open', 'in_progress', 'done', 'dropped')"


def upgrade() -> None:
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("window_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_starts_at", name=op.f("pk_throttle")),
    )
    op.create_table(
        "address_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_address_claim_assessment_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_address_claim_company_id_company"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_claim")),
        sa.UniqueConstraint("company_id", name=op.f("uq_address_claim_company_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_address_claim_token_hash")),
    )
    with op.batch_alter_table("address_claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_claim_assessment_id"), ["assessment_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("lease_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'undeliverable', 'cancelled')",
            name=op.f("ck_message_state"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_message_assessment_id_assessment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_message_company_id_company"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("kind", "subject", "stage", name=op.f("uq_message_kind_subject_stage")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_message_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_assessment_id"), ["assessment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_state_next_try_at"), ["state", "next_try_at"], unique=False)

    op.create_table(
        "action_progress",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'in_progress', 'done', 'dropped')", name=op.f("ck_action_progress_state")
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_action_progress_action_id_action"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_progress")),
    )
    with op.batch_alter_table("action_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_progress_action_id"), ["action_id"], unique=False)

    op.create_table(
        "doer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_doer_assessment_id_assessment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_doer_grant_id_grant"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doer")),
        sa.UniqueConstraint("assessment_id", "name", name=op.f("uq_doer_assessment_id_name")),
    )
    with op.batch_alter_table("doer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_doer_grant_id"), ["grant_id"], unique=False)

    op.create_table(
        "later_rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("measure_ref", sa.String(length=20), nullable=False),
        sa.Column("need", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("need IN ('urgent', 'some', 'none')", name=op.f("ck_later_rating_need")),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_later_rating_action_id_action"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_later_rating_assessment_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_later_rating")),
    )
    with op.batch_alter_table("later_rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_later_rating_action_id"), ["action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_later_rating_assessment_id"), ["assessment_id"], unique=False)

    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=20), nullable=False, server_default="open"))
        batch_op.add_column(sa.Column("taken_from_id", sa.Uuid(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_action_state"), STATES)
        batch_op.create_index(batch_op.f("ix_action_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_follow_up_on"), ["follow_up_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_taken_from_id"), ["taken_from_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_action_taken_from_id_action"), "action", ["taken_from_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("renews_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_assessment_renews_id"), ["renews_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_assessment_renews_id_assessment"), "assessment", ["renews_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_email", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("mails_resume_on", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_company_confirmed_email"), ["confirmed_email"], unique=False)

    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.String(length=200), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f("ck_grant_right"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_grant_right"), RIGHTS_NOW)

    op.create_index(op.f("ix_declaration_issued_on"), "declaration", ["issued_on"], unique=False)
    op.create_index(op.f("ix_event_actor"), "event", ["actor"], unique=False)
    for table, column in (("action", "state"), ("company", "confirmed_email"), ("grant", "scope")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    op.drop_index(op.f("ix_event_actor"), table_name="event")
    op.drop_index(op.f("ix_declaration_issued_on"), table_name="declaration")
    grant = sa.table("grant", sa.column("right"))
    op.execute(sa.delete(grant).where(grant.c.right.in_(("doer", "calendar"))))

    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_grant_right"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_grant_right"), RIGHTS_BEFORE)
        batch_op.drop_column("scope")

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_company_confirmed_email"))
        batch_op.drop_column("mails_resume_on")
        batch_op.drop_column("email_confirmed_at")
        batch_op.drop_column("confirmed_email")

    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_assessment_renews_id_assessment"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_assessment_renews_id"))
        batch_op.drop_column("renews_id")

    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_action_taken_from_id_action"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_action_taken_from_id"))
        batch_op.drop_index(batch_op.f("ix_action_follow_up_on"))
        batch_op.drop_index(batch_op.f("ix_action_due_on"))
        batch_op.drop_column("taken_from_id")
        batch_op.drop_constraint(batch_op.f("ck_action_state"), type_="check")
        batch_op.drop_column("state")

    op.drop_table("later_rating")
    op.drop_table("doer")
    op.drop_table("action_progress")
    op.drop_table("message")
    op.drop_table("address_claim")
    op.drop_table("throttle")
