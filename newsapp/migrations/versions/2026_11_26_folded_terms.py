"""folded words as terms of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _empty()
    op.execute("DELETE FROM search_word WHERE NOT in_title")
    with op.batch_alter_table("search_word") as table:
        table.drop_index(op.f("ix_search_word_folded"))
        table.drop_column("in_title")


def downgrade() -> None:
    _empty()
    op.execute("DELETE FROM search_word")
    with op.batch_alter_table("search_word") as table:
        table.add_column(sa.Column("in_title", sa.Boolean(), nullable=False))
        table.create_index(op.f("ix_search_word_folded"), ["folded"])


def _empty() -> None:
    """Take all articles out of the index; `newsapp init` brings them in with their new terms."""
    op.execute("DROP TABLE IF EXISTS search_terms_new")
    op.execute("DELETE FROM search_entry")
    if op.get_bind().dialect.name != "postgresql":
        op.execute("INSERT INTO search_terms (search_terms) VALUES ('delete-all')")
