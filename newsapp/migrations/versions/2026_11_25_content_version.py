"""content version"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_content_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_version")),
    )
    op.execute("INSERT INTO content_version (id, number) VALUES (1, 1)")
    # Asked by every page and every save; without these, all articles are read for it.
    op.create_index(
        "ix_article_demo",
        "article",
        ["id"],
        sqlite_where=sa.text("demo = 1"),
        postgresql_where=sa.text("demo"),
    )
    in_trash = sa.text("deleted_at IS NOT NULL")
    op.create_index(
        "ix_article_trash",
        "article",
        ["deleted_at"],
        sqlite_where=in_trash,
        postgresql_where=in_trash,
    )
    if op.get_bind().dialect.name == "postgresql":
        # With a setting that would be a statement of its own (see newsapp/search/postgresql.py).
        op.execute(
            "CREATE FUNCTION search_having(wanted tsquery) RETURNS SETOF integer"
            " LANGUAGE sql STABLE SET enable_seqscan = off"
            " AS 'SELECT entry_id FROM search_terms WHERE terms @@ wanted'"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION search_having(tsquery)")
    op.drop_index("ix_article_trash", table_name="article")
    op.drop_index("ix_article_demo", table_name="article")
    op.drop_table("content_version")
