"""search"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_search_entry_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("article_id", name=op.f("uq_search_entry_article_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_search_entry_newest", "search_entry", ["published_at", "article_id", "section_id"]
    )
    op.create_table(
        "search_word",
        sa.Column("written", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=60), nullable=False),
        sa.Column("in_title", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(folded) <= 60", name=op.f("ck_search_word_folded_length")),
        sa.CheckConstraint("length(written) <= 60", name=op.f("ck_search_word_written_length")),
        sa.PrimaryKeyConstraint("written", name=op.f("pk_search_word")),
    )
    op.create_index(op.f("ix_search_word_folded"), "search_word", ["folded"])
    op.create_table(
        "search_miss",
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(text) <= 100", name=op.f("ck_search_miss_text_length")),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_search_miss_text_not_blank")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_search_miss_number_positive")),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_search_miss")),
    )
    op.create_index(op.f("ix_search_miss_last_at"), "search_miss", ["last_at"])
    # The terms lie in a table of each engine's own (see newsapp/search/engine.py); the articles
    # that are there already come in with `newsapp init`.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE search_terms (entry_id integer NOT NULL"
            " CONSTRAINT pk_search_terms PRIMARY KEY"
            " CONSTRAINT fk_search_terms_entry_id_search_entry"
            " REFERENCES search_entry (id) ON DELETE CASCADE, terms tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_terms_terms ON search_terms USING gin (terms)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE search_terms USING fts5(terms, content='', detail=none,"
            " tokenize=\"ascii tokenchars '_.'\")"
        )


def downgrade() -> None:
    op.execute("DROP TABLE IF EXISTS search_terms_new")
    op.execute("DROP TABLE search_terms")
    op.drop_table("search_miss")
    op.drop_table("search_word")
    op.drop_table("search_entry")
