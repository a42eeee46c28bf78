"""Audits, withdrawals, reports and corrections; the register's words; erasure."""

import json
import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _create_tables()
    _change_tables()
    _fill_register()


def _create_tables() -> None:
    op.create_table(
        "audit_sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("frame_on", sa.Date(), nullable=False),
        sa.Column("frame_size", sa.Integer(), nullable=False),
        sa.Column("frame_hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_audit_sample_user_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
    )
    with op.batch_alter_table("audit_sample", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_sample_user_id"), ["user_id"], unique=False)

    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("auditor_id", sa.Uuid(), nullable=True),
        sa.Column("second_reader_id", sa.Uuid(), nullable=True),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["auditor_id"], ["user.id"], name=op.f("fk_audit_auditor_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_audit_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(["sample_id"], ["audit_sample.id"], name=op.f("fk_audit_sample_id_audit_sample")),
        sa.ForeignKeyConstraint(
            ["second_reader_id"], ["user.id"], name=op.f("fk_audit_second_reader_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("declaration_id", "sample_id", name=op.f("uq_audit_declaration_id_sample_id")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_auditor_id"), ["auditor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_deadline_on"), ["deadline_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_declaration_id"), ["declaration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_sample_id"), ["sample_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_second_reader_id"), ["second_reader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_state"), ["state"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=50), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_correction_declaration_id_declaration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_declaration_id"), ["declaration_id"], unique=False)

    op.create_table(
        "declaration_word",
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["declaration.id"],
            name=op.f("fk_declaration_word_declaration_id_declaration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("word", "issued_on", "declaration_id", name=op.f("pk_declaration_word")),
    )
    with op.batch_alter_table("declaration_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_word_declaration_id"), ["declaration_id"], unique=False)

    op.create_table(
        "audit_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.CheckConstraint("actor IN ('staff', 'company', 'system')", name=op.f("ck_audit_step_actor")),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_step_audit_id_audit"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_audit_step_user_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_step")),
    )
    with op.batch_alter_table("audit_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_step_audit_id"), ["audit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_step_user_id"), ["user_id"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_finding_audit_id_audit"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_finding_user_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("audit_id", "code", name=op.f("uq_finding_audit_id_code")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_audit_id"), ["audit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_user_id"), ["user_id"], unique=False)

    op.create_table(
        "foreign_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_foreign_report_audit_id_audit"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_foreign_report_declaration_id_declaration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foreign_report")),
    )
    with op.batch_alter_table("foreign_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_foreign_report_audit_id"), ["audit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_foreign_report_declaration_id"), ["declaration_id"], unique=False)

    op.create_table(
        "opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_opening_audit_id_audit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opening_audit_id"), ["audit_id"], unique=False)

    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hearing_ends_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.CheckConstraint("decision IN ('', 'withdrawn', 'kept')", name=op.f("ck_withdrawal_decision")),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_withdrawal_audit_id_audit"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user.id"], name=op.f("fk_withdrawal_decided_by_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_withdrawal_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["user.id"], name=op.f("fk_withdrawal_proposed_by_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
    )
    with op.batch_alter_table("withdrawal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_withdrawal_audit_id"), ["audit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_withdrawal_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_withdrawal_declaration_id"), ["declaration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_withdrawal_proposed_by"), ["proposed_by"], unique=False)


def _change_tables() -> None:
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_assessment_last_opened_at"), ["last_opened_at"], unique=False)

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("declaration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("city", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("network_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("name_hidden_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_declaration_issued_on"))
        batch_op.create_index(batch_op.f("ix_declaration_issued_on_id"), ["issued_on", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_declaration_network_id_issued_on"), ["network_id", "issued_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_declaration_questionnaire_slug_issued_on"), ["questionnaire_slug", "issued_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_declaration_withdrawn_on"), ["withdrawn_on"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_declaration_network_id_network"), "network", ["network_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("document") as batch_op:
        batch_op.drop_constraint(batch_op.f("pk_document"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_document"), ["declaration_id", "kind", "language", "edition"])
    for table, column in (("declaration", "city"), ("document", "edition")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(column, server_default=None)


def _fill_register() -> None:
    """Give the declarations issued so far their place and their words."""
    declaration = sa.table("declaration", *map(sa.column, ("id", "issued_on", "company_name", "city", "snapshot")))
    word = sa.table("declaration_word", *map(sa.column, ("word", "issued_on", "declaration_id")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(declaration)).all():
        city = json.loads(row.snapshot)["details"]["city"]
        connection.execute(sa.update(declaration).where(declaration.c.id == row.id).values(city=city))
        text = unicodedata.normalize("NFKC", f"{row.company_name} {city}").casefold()
        for found in sorted({one[:80] for one in re.findall(r"\w+", text)}):
            connection.execute(sa.insert(word).values(word=found, issued_on=row.issued_on, declaration_id=row.id))


def downgrade() -> None:
    document = sa.table("document", sa.column("edition"))
    op.execute(sa.delete(document).where(document.c.edition > 0))
    with op.batch_alter_table("document") as batch_op:
        batch_op.drop_constraint(batch_op.f("pk_document"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_document"), ["declaration_id", "kind", "language"])
    with op.batch_alter_table("document") as batch_op:
        batch_op.drop_column("edition")

    with op.batch_alter_table("declaration", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_declaration_network_id_network"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_declaration_withdrawn_on"))
        batch_op.drop_index(batch_op.f("ix_declaration_questionnaire_slug_issued_on"))
        batch_op.drop_index(batch_op.f("ix_declaration_network_id_issued_on"))
        batch_op.drop_index(batch_op.f("ix_declaration_issued_on_id"))
        batch_op.create_index(batch_op.f("ix_declaration_issued_on"), ["issued_on"], unique=False)
        batch_op.drop_column("name_hidden_at")
        batch_op.drop_column("network_id")
        batch_op.drop_column("city")

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_last_opened_at"))
        batch_op.drop_column("last_opened_at")

    op.drop_table("withdrawal")
    op.drop_table("opening")
    op.drop_table("foreign_report")
    op.drop_table("finding")
    op.drop_table("audit_step")
    op.drop_table("declaration_word")
    op.drop_table("correction")
    op.drop_table("audit")
    op.drop_table("audit_sample")
