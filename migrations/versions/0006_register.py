"""Indexes that the register walks, the order of its words, networks of declarations, editions of corrections.

Nothing could be corrected before, so that the table of corrections is empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

EDITION, ENDED = ("questionnaire_slug", "questionnaire_version"), ("withdrawn_on", "replaced_by_id")
PARTIAL = (
    (
        "ix_declaration_replaced",
        ["issued_on", "id", *EDITION, "network_id", *ENDED],
        sa.text("replaced_by_id IS NOT NULL"),
    ),
    ("ix_declaration_withdrawn", ["withdrawn_on", "id"], sa.text("withdrawn_on IS NOT NULL")),
)
OLD = (
    ("ix_declaration_issued_on_id", ["issued_on", "id"]),
    ("ix_declaration_network_id_issued_on", ["network_id", "issued_on"]),
    ("ix_declaration_questionnaire_slug_issued_on", ["questionnaire_slug", "issued_on"]),
    ("ix_declaration_withdrawn_on", ["withdrawn_on"]),
)
NEW = (
    ("ix_declaration_register", ["issued_on", "id", *EDITION, "network_id", *ENDED]),
    ("ix_declaration_edition", [*EDITION, "issued_on", "id", "network_id", *ENDED]),
    ("ix_declaration_network", ["network_id", "issued_on", "id", *EDITION, *ENDED]),
)


def upgrade() -> None:
    for name, _ in OLD:
        op.drop_index(name, "declaration")
    for name, columns in NEW:
        op.create_index(name, "declaration", columns)
    for name, columns, where in PARTIAL:
        op.create_index(name, "declaration", columns, sqlite_where=where, postgresql_where=where)
    op.drop_index("ix_declaration_word_declaration_id", "declaration_word")
    op.create_index("ix_declaration_word_declaration_id_word", "declaration_word", ["declaration_id", "word"])
    _order_words("C")
    _fill_networks()
    with op.batch_alter_table("correction") as batch_op:
        batch_op.add_column(sa.Column("edition", sa.Integer(), nullable=False))
        batch_op.create_unique_constraint(op.f("uq_correction_declaration_id_edition"), ["declaration_id", "edition"])


def _order_words(collation: str) -> None:
    """Let PostgreSQL order words by their bytes, whatever language its database is in; SQLite does so anyway."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f'ALTER TABLE declaration_word ALTER COLUMN word TYPE VARCHAR(80) COLLATE "{collation}"')


def _fill_networks() -> None:
    """Give the declarations issued so far the network that their round counts for."""
    declaration = sa.table("declaration", *map(sa.column, ("assessment_id", "network_id")))
    participation = sa.table("participation", *map(sa.column, ("assessment_id", "network_id")))
    network_id = (
        sa.select(participation.c.network_id)
        .where(participation.c.assessment_id == declaration.c.assessment_id)
        .scalar_subquery()
    )
    op.execute(sa.update(declaration).where(declaration.c.network_id.is_(None)).values(network_id=network_id))


def downgrade() -> None:
    with op.batch_alter_table("correction") as batch_op:
        batch_op.drop_constraint(op.f("uq_correction_declaration_id_edition"), type_="unique")
        batch_op.drop_column("edition")
    _order_words("default")
    op.drop_index("ix_declaration_word_declaration_id_word", "declaration_word")
    op.create_index("ix_declaration_word_declaration_id", "declaration_word", ["declaration_id"])
    for name, *_ in (*NEW, *PARTIAL):
        op.drop_index(name, "declaration")
    for name, columns in OLD:
        op.create_index(name, "declaration", columns)
