"""Texts that a search engine could stumble over."""

SINGLE = (
    '"', '""', "'", "''", "\\", "%", "_", "*", "a*", "NEAR", "NEAR(a b)", "AND", "a AND", "OR", "NOT a",
    "(", ")", "((((", "title:a", "^a", "a^2", "-a", "+a", "a:*", "a & b", "a | b", "!a", "a <-> b", ":*",
    "'); DROP TABLE article; --", "\x00", "a\x00b", "\ufeff", "\u200b", "\ud7ff", "\U0010ffff", "đ" * 300,
    "a " * 300, '"' + "a " * 300, "a/" * 100, "1/2/3/4/5/6/7/8/9", "./-", "a-b-c-d-e-f-g-h", "İ", "ß", "ﬁ",
    "\u0301", "\u0301\u0301a", "ạ\u0301", "ก็", "中文 新闻", "العربية", "🙂", "a\u0300" * 80, "\r\n", "\t",
    "{{7*7}}", "${x}", "%00", "%s%s%s", "../../etc/passwd", "<b>", "&lt;", "١٢٣", "²", "½", "Ⅷ", "𝔸", "ǅ",
)  # fmt: skip

HOSTILE: tuple[str, ...] = (
    *SINGLE,
    *(f'{text} "duong pho' for text in SINGLE),
    *(f"đường{text}phố" for text in SINGLE),
    *(f'"{text}"' for text in SINGLE),
)
