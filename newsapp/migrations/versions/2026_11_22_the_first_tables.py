"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_is_initial", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_account_language_known")),
        sa.CheckConstraint(
            "role IN ('contributor', 'editor', 'administrator')", name=op.f("ck_account_role_known")
        ),
        sa.CheckConstraint(
            "length(display_name) <= 120", name=op.f("ck_account_display_name_length")
        ),
        sa.CheckConstraint(
            "length(trim(username)) > 0", name=op.f("ck_account_username_not_blank")
        ),
        sa.CheckConstraint("length(username) <= 64", name=op.f("ck_account_username_length")),
        sa.CheckConstraint(
            "username = lower(username)", name=op.f("ck_account_username_lower_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "album",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(intro) <= 2000", name=op.f("ck_album_intro_length")),
        sa.CheckConstraint("length(slug) <= 100", name=op.f("ck_album_slug_length")),
        sa.CheckConstraint("length(title) <= 300", name=op.f("ck_album_title_length")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_album_title_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_album")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("album", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_album_published_at"), ["published_at"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "url LIKE 'http://%' OR url LIKE 'https://%'", name=op.f("ck_link_url_is_web")
        ),
        sa.CheckConstraint("length(group_name) <= 120", name=op.f("ck_link_group_name_length")),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_link_name_length")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_link_name_not_blank")),
        sa.CheckConstraint("length(url) <= 1000", name=op.f("ck_link_url_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
    )
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_page_language_known")),
        sa.CheckConstraint("length(body) <= 1000000", name=op.f("ck_page_body_length")),
        sa.CheckConstraint("length(slug) <= 100", name=op.f("ck_page_slug_length")),
        sa.CheckConstraint("length(title) <= 300", name=op.f("ck_page_title_length")),
        sa.CheckConstraint("length(trim(slug)) > 0", name=op.f("ck_page_slug_not_blank")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_page_title_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("slug", name=op.f("uq_page_slug")),
    )
    op.create_table(
        "section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "length(description) <= 500", name=op.f("ck_section_description_length")
        ),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_section_name_length")),
        sa.CheckConstraint("length(slug) <= 100", name=op.f("ck_section_slug_length")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_section_name_not_blank")),
        sa.CheckConstraint("length(trim(slug)) > 0", name=op.f("ck_section_slug_not_blank")),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_section_not_its_own_parent")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["section.id"],
            name=op.f("fk_section_parent_id_section"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("slug", name=op.f("uq_section_slug")),
    )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(value) <= 4000", name=op.f("ck_setting_value_length")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_sign_in_failures_failures_not_negative")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failures")),
    )
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_failures_last_at"), ["last_at"], unique=False)

    op.create_table(
        "account_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_session_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_account_session_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_account_session_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=100), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_audit_account_id_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_subject_subject_id"), ["subject", "subject_id"], unique=False
        )

    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("mime_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("credit", sa.String(length=200), nullable=False),
        sa.Column("decorative", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("focal_x", sa.Integer(), server_default="500", nullable=False),
        sa.Column("focal_y", sa.Integer(), server_default="500", nullable=False),
        sa.Column("renditions", sa.String(length=100), server_default="", nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "focal_x BETWEEN 0 AND 1000 AND focal_y BETWEEN 0 AND 1000",
            name=op.f("ck_media_focal_point_inside"),
        ),
        sa.CheckConstraint("length(alt) <= 500", name=op.f("ck_media_alt_length")),
        sa.CheckConstraint("length(caption) <= 1000", name=op.f("ck_media_caption_length")),
        sa.CheckConstraint("length(credit) <= 200", name=op.f("ck_media_credit_length")),
        sa.CheckConstraint("length(file_name) <= 200", name=op.f("ck_media_file_name_length")),
        sa.CheckConstraint("length(trim(path)) > 0", name=op.f("ck_media_path_not_blank")),
        sa.CheckConstraint(
            "size > 0 AND width >= 0 AND height >= 0", name=op.f("ck_media_dimensions_positive")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["account.id"],
            name=op.f("fk_media_created_by_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("path", name=op.f("uq_media_path")),
    )
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_media_created_by"), ["created_by"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_recovery_code_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recovery_code_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "album_image",
        sa.Column("album_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.CheckConstraint("length(caption) <= 1000", name=op.f("ck_album_image_caption_length")),
        sa.ForeignKeyConstraint(
            ["album_id"],
            ["album.id"],
            name=op.f("fk_album_image_album_id_album"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media.id"],
            name=op.f("fk_album_image_media_id_media"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("album_id", "media_id", name=op.f("pk_album_image")),
    )
    with op.batch_alter_table("album_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_album_image_media_id"), ["media_id"], unique=False)

    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("byline", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("former_office", sa.String(length=200), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("view_baseline", sa.Integer(), nullable=False),
        sa.Column("review_note", sa.Text(), server_default="", nullable=False),
        sa.Column("import_key", sa.String(length=200), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "deleted_at IS NULL OR state <> 'published'",
            name=op.f("ck_article_trash_is_not_public"),
        ),
        sa.CheckConstraint(
            "state <> 'published' OR (published_at IS NOT NULL AND section_id IS NOT NULL)",
            name=op.f("ck_article_published_has_time_and_section"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'published', 'withdrawn')",
            name=op.f("ck_article_state_known"),
        ),
        sa.CheckConstraint("length(body) <= 1000000", name=op.f("ck_article_body_length")),
        sa.CheckConstraint("length(byline) <= 120", name=op.f("ck_article_byline_length")),
        sa.CheckConstraint(
            "length(former_office) <= 200", name=op.f("ck_article_former_office_length")
        ),
        sa.CheckConstraint("length(lead) <= 2000", name=op.f("ck_article_lead_length")),
        sa.CheckConstraint(
            "length(review_note) <= 2000", name=op.f("ck_article_review_note_length")
        ),
        sa.CheckConstraint("length(slug) <= 100", name=op.f("ck_article_slug_length")),
        sa.CheckConstraint("length(source) <= 200", name=op.f("ck_article_source_length")),
        sa.CheckConstraint("length(title) <= 300", name=op.f("ck_article_title_length")),
        sa.CheckConstraint("length(trim(slug)) > 0", name=op.f("ck_article_slug_not_blank")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_article_title_not_blank")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_article_version_positive")),
        sa.CheckConstraint(
            "view_baseline >= 0", name=op.f("ck_article_view_baseline_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["media.id"], name=op.f("fk_article_cover_id_media"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["account.id"],
            name=op.f("fk_article_created_by_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_article_section_id_section"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("import_key", name=op.f("uq_article_import_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_cover_id"), ["cover_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_created_by"), ["created_by"], unique=False)
        batch_op.create_index(
            "ix_article_public",
            ["published_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.create_index(
            "ix_article_public_section",
            ["section_id", "published_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.create_index(batch_op.f("ix_article_section_id"), ["section_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.CheckConstraint("length(title) <= 300", name=op.f("ck_attachment_title_length")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_attachment_title_not_blank")),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_attachment_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media.id"],
            name=op.f("fk_attachment_media_id_media"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("article_id", "media_id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_media_id"), ["media_id"], unique=False)

    op.create_table(
        "autosave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(fields) <= 4000000", name=op.f("ck_autosave_fields_length")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_autosave_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_autosave_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_autosave")),
        sa.UniqueConstraint(
            "account_id", "article_id", name=op.f("uq_autosave_account_id_article_id")
        ),
    )
    with op.batch_alter_table("autosave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_autosave_article_id"), ["article_id"], unique=False)
        batch_op.create_index(
            "uq_autosave_new",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("article_id IS NULL"),
            postgresql_where=sa.text("article_id IS NULL"),
        )

    op.create_table(
        "pick",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_pick_position_not_negative")),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_pick_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_pick")),
        sa.UniqueConstraint("position", name=op.f("uq_pick_position")),
    )
    op.create_table(
        "presence",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_presence_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_presence_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "account_id", name=op.f("pk_presence")),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_account_id"), ["account_id"], unique=False)

    op.create_table(
        "redirect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(length=1000), nullable=True),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "target IS NULL OR target LIKE '/%'", name=op.f("ck_redirect_target_is_local")
        ),
        sa.CheckConstraint(
            "(article_id IS NULL) <> (target IS NULL)", name=op.f("ck_redirect_one_target")
        ),
        sa.CheckConstraint("hits >= 0", name=op.f("ck_redirect_hits_not_negative")),
        sa.CheckConstraint("length(address) <= 1000", name=op.f("ck_redirect_address_length")),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_redirect_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redirect")),
        sa.UniqueConstraint("address", name=op.f("uq_redirect_address")),
    )
    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_redirect_article_id"), ["article_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("byline", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("former_office", sa.String(length=200), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("cover_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("action", sa.String(length=40), server_default="", nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'published', 'withdrawn')",
            name=op.f("ck_revision_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_revision_account_id_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_revision_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("article_id", "version", name=op.f("uq_revision_article_id_version")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_account_id"), ["account_id"], unique=False)
    guard_audit()


def guard_audit() -> None:
    """The audit log only grows: the database itself refuses to change or delete its rows."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{deed.lower()} BEFORE {deed} ON audit"
                " BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_only_grows()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TRIGGER audit_only_grows ON audit")
        op.execute("DROP FUNCTION audit_only_grows()")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_account_id"))

    op.drop_table("revision")
    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_redirect_article_id"))

    op.drop_table("redirect")
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_presence_account_id"))

    op.drop_table("presence")
    op.drop_table("pick")
    with op.batch_alter_table("autosave", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_autosave_new",
            sqlite_where=sa.text("article_id IS NULL"),
            postgresql_where=sa.text("article_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_autosave_article_id"))

    op.drop_table("autosave")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_media_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_section_id"))
        batch_op.drop_index(
            "ix_article_public_section",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index(
            "ix_article_public",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index(batch_op.f("ix_article_created_by"))
        batch_op.drop_index(batch_op.f("ix_article_cover_id"))

    op.drop_table("article")
    with op.batch_alter_table("album_image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_album_image_media_id"))

    op.drop_table("album_image")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_account_id"))

    op.drop_table("recovery_code")
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_media_created_by"))

    op.drop_table("media")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_subject_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_at"))
        batch_op.drop_index(batch_op.f("ix_audit_account_id"))

    op.drop_table("audit")
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_session_expires_at"))
        batch_op.drop_index(batch_op.f("ix_account_session_account_id"))

    op.drop_table("account_session")
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_failures_last_at"))

    op.drop_table("sign_in_failures")
    op.drop_table("setting")
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_section_parent_id"))

    op.drop_table("section")
    op.drop_table("page")
    op.drop_table("link")
    with op.batch_alter_table("album", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_album_published_at"))

    op.drop_table("album")
    op.drop_table("account")
