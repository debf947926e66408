"""One editor who saves an article every second: ``python -m bench.editor ARTICLE``.

Works on the data directory of the environment through the same door as the newsroom, in a process
of its own, until it is terminated. Prints a line for each save: milliseconds.
"""

from __future__ import annotations

import sys
import time
from itertools import count

from newsapp import create_app
from newsapp.extensions import db
from newsapp.models import Article
from newsapp.publishing import articles
from newsapp.publishing.articles import Content
from newsapp.publishing.audit import COMMAND_LINE


def main(article_id: int) -> None:
    app = create_app()
    for number in count(1):
        begun = time.monotonic()
        with app.app_context():
            save(article_id, number)
        taken = time.monotonic() - begun
        print(f"{taken * 1000:.0f}", flush=True)
        time.sleep(max(0.0, 1 - taken))


def save(article_id: int, number: int) -> None:
    """Save the article with another lead than it has."""
    article = db.session.get_one(Article, article_id)
    fields = {name: getattr(article, name) for name in Content.__dataclass_fields__}
    fields["lead"] = f"Cập nhật lần thứ {number}."
    articles.save(article_id, Content(**fields), version=article.version, by=COMMAND_LINE)


if __name__ == "__main__":
    main(int(sys.argv[1]))
