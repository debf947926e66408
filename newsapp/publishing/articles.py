"""How an article is written, published, withdrawn and deleted."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Article, Audit, Media, Revision, Section, State
from newsapp.models import article as limits
from newsapp.publishing import autosave
from newsapp.publishing.audit import Actor, record
from newsapp.search import index
from newsapp.text import richtext, vietnamese

TRASH_KEPT = timedelta(days=30)
WITNESS_AGE = timedelta(days=1)


class PublishingError(Exception):
    """A deed that cannot be done; nothing was written."""


class NotAllowed(PublishingError):
    """The actor's role does not allow this deed."""


class NotFound(PublishingError):
    """There is no such article."""


class Stale(PublishingError):
    """Somebody saved the article after the given version was read."""


class Invalid(PublishingError):
    """``problems`` maps a field of ``Content`` (or ``publish_at``, ``review_note``) to a code:
    ``missing``, ``too_long``, ``too_deep``, ``unknown``."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


class Step(StrEnum):
    """What a save does to the article's state besides keeping the text."""

    KEEP = "keep"
    SUBMIT = "submit"
    RETURN = "return"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


NEXT_STATE = {
    Step.SUBMIT: State.REVIEW,
    Step.RETURN: State.DRAFT,
    Step.PUBLISH: State.PUBLISHED,
    Step.WITHDRAW: State.WITHDRAWN,
}


@dataclass(frozen=True)
class Content:
    """What a person says in an article; ``body`` is HTML as it was typed or pasted."""

    title: str = ""
    lead: str = ""
    body: str = ""
    byline: str = ""
    source: str = ""
    former_office: str = ""
    section_id: int | None = None
    cover_id: int | None = None


@dataclass(frozen=True)
class Origin:
    """Where an article that was not typed here comes from.

    ``view_baseline`` is the count it had there; ``import_key`` names it for ever, so that a
    second import finds it.
    """

    view_baseline: int = 0
    import_key: str | None = None
    demo: bool = False


TYPED_HERE = Origin()


def create(
    content: Content,
    *,
    by: Actor,
    step: Step = Step.KEEP,
    publish_at: datetime | None = None,
    origin: Origin = TYPED_HERE,
    slot: str = "",
) -> Article:
    """Write a new article and return it. Raises Invalid or NotAllowed.

    ``slot`` is the form's key of ``by``'s autosave; that one is emptied in the same transaction.
    """
    now = clock_now()
    article = Article(
        created_by=by.account_id,
        created_at=now,
        updated_at=now,
        state=State.DRAFT,
        view_baseline=origin.view_baseline,
        import_key=origin.import_key,
        demo=origin.demo,
    )
    _write(article, content, step, publish_at, by)
    db.session.add(article)
    autosave.empty(None, slot, by)
    _finish(article, by, "article.create")
    return article


def save(
    article_id: int,
    content: Content,
    *,
    version: int,
    by: Actor,
    step: Step = Step.KEEP,
    publish_at: datetime | None = None,
    note: str = "",
    slot: str = "",
    action: str = "",
) -> Article:
    """Change an article that was read at ``version`` and return it.

    ``note`` is what an editor who returns it tells the writer. ``slot`` is the form's key of
    ``by``'s autosave; that one is emptied in the same transaction. ``action`` names the deed in
    history and audit log where it is more than the step. A save that changes nothing makes no
    revision. Raises NotFound, NotAllowed, Stale or Invalid.
    """
    article = _open(article_id, by)
    if article.version != version:
        raise Stale
    before = (snapshot(article), article.review_note)
    _write(article, content, step, publish_at, by)
    _tell_writer(article, step, note)
    if (snapshot(article), article.review_note) == before:
        db.session.rollback()
        autosave.empty(article_id, slot, by)
        db.session.commit()
        return _open(article_id, by)
    article.updated_at = clock_now()
    # What a person has made their own is no longer demo content.
    article.demo = False
    autosave.empty(article_id, slot, by)
    plain = "article.save" if step is Step.KEEP else f"article.{step.value}"
    _finish(article, by, action or plain)
    return article


def delete(article_id: int, *, by: Actor) -> None:
    """Put an article into the trash; a published one is withdrawn by it. Raises NotFound,
    NotAllowed or Stale."""
    article = _open(article_id, by)
    if article.state is State.PUBLISHED:
        _require_editor(by)
        article.state = State.WITHDRAWN
    article.deleted_at = article.updated_at = clock_now()
    _finish(article, by, "article.delete")


def undelete(article_id: int, *, by: Actor) -> Article:
    """Take an article out of the trash, as the draft, review or withdrawn text that it was.

    Raises NotFound once it has lain there for ``TRASH_KEPT``, NotAllowed or Stale.
    """
    now = clock_now()
    article = db.session.get(Article, article_id, populate_existing=True)
    if article is None or article.deleted_at is None or article.deleted_at <= now - TRASH_KEPT:
        raise NotFound
    if not may_write(article.created_by, article.state, by):
        raise NotAllowed
    article.deleted_at, article.updated_at = None, now
    _finish(article, by, "article.undelete")
    return article


def _open(article_id: int, by: Actor) -> Article:
    """The article, if it exists outside the trash and ``by`` may change it."""
    article = db.session.get(Article, article_id, populate_existing=True)
    if article is None or article.deleted_at is not None:
        raise NotFound
    if not by.edits and not may_write(article.created_by, article.state, by):
        raise NotAllowed
    return article


def may_write(created_by: int | None, state: State, by: Actor) -> bool:
    """Whether ``by`` may change an article: editors any, a contributor an own unpublished one."""
    own = by.account_id is not None and created_by == by.account_id
    return by.edits or (own and state in {State.DRAFT, State.REVIEW})


def _tell_writer(article: Article, step: Step, note: str) -> None:
    """An editor's note stays with the article until its writer has answered it."""
    if step is Step.RETURN:
        article.review_note = vietnamese.normalize(note).strip()
        if len(article.review_note) > limits.REVIEW_NOTE_MAX:
            db.session.rollback()
            raise Invalid({"review_note": "too_long"})
    elif step in {Step.SUBMIT, Step.PUBLISH}:
        article.review_note = ""


def _require_editor(by: Actor) -> None:
    if not by.edits:
        raise NotAllowed


def _write(
    article: Article, content: Content, step: Step, publish_at: datetime | None, by: Actor
) -> None:
    if step not in {Step.KEEP, Step.SUBMIT}:
        _require_editor(by)
    tidy = checked(content)
    state = NEXT_STATE.get(step, article.state)
    if state is State.PUBLISHED and tidy.section_id is None:
        raise Invalid({"section_id": "missing"})
    for name, value in asdict(tidy).items():
        setattr(article, name, value)
    article.slug = vietnamese.slugify(tidy.title, limits.SLUG_MAX)
    article.body_text = richtext.plain_text(tidy.body)
    article.state = state
    if publish_at is not None and by.edits:
        article.published_at = publish_at
    if state is State.PUBLISHED:
        article.published_at = article.published_at or clock_now()


def checked(content: Content) -> Content:
    """``content`` as it is stored: cleaned, in NFC, within its limits. Raises Invalid."""
    problems: dict[str, str] = {}
    tidy = Content(
        title=vietnamese.one_line(content.title),
        lead=vietnamese.one_line(content.lead),
        byline=vietnamese.one_line(content.byline),
        source=vietnamese.one_line(content.source),
        former_office=vietnamese.one_line(content.former_office),
        section_id=content.section_id,
        cover_id=content.cover_id,
    )
    if not tidy.title:
        problems["title"] = "missing"
    for name in ("title", "lead", "byline", "source", "former_office"):
        if len(getattr(tidy, name)) > getattr(limits, f"{name.upper()}_MAX"):
            problems[name] = "too_long"
    try:
        tidy = replace(tidy, body=richtext.clean(content.body))
    except richtext.RichTextTooDeep:
        problems["body"] = "too_deep"
    except richtext.RichTextError:
        problems["body"] = "too_long"
    # Cleaning can lengthen a text: each bare "&" becomes "&amp;".
    if len(tidy.body) > limits.BODY_MAX:
        problems["body"] = "too_long"
    if tidy.section_id is not None and db.session.get(Section, tidy.section_id) is None:
        problems["section_id"] = "unknown"
    if tidy.cover_id is not None and db.session.get(Media, tidy.cover_id) is None:
        problems["cover_id"] = "unknown"
    if problems:
        raise Invalid(problems)
    return tidy


SNAPSHOT_FIELDS = (*Content.__dataclass_fields__, "state", "published_at")


def snapshot(article: Article) -> dict[str, object]:
    """What a revision remembers of an article."""
    return {name: getattr(article, name) for name in SNAPSHOT_FIELDS}


def _finish(article: Article, by: Actor, action: str) -> None:
    """Flush the article, add its revision, audit row and place in the search index, commit."""
    try:
        db.session.flush()
        db.session.add(
            Revision(
                article_id=article.id,
                version=article.version,
                account_id=by.account_id,
                created_at=article.updated_at,
                action=action,
                **snapshot(article),
            )
        )
        record(by, action, "article", article.id, article.title)
        index.put(article)
        _empty_trash(article.updated_at)
        db.session.commit()
    except (StaleDataError, IntegrityError) as error:
        db.session.rollback()
        raise Stale from error


def _empty_trash(now: datetime) -> None:
    """No job has to run for it: whoever writes takes the trash out.

    The clock alone does not decide what is lost for good: a deed of yesterday or before must lie
    behind the end of the time as well. A clock that is set a year ahead and put right within a day
    takes nothing.
    """
    witness = db.session.scalar(select(func.max(Audit.at)).where(Audit.at <= now - WITNESS_AGE))
    if witness is None:
        return
    db.session.execute(
        delete_rows(Article)
        .where(Article.deleted_at <= witness - TRASH_KEPT)
        .execution_options(synchronize_session=False)
    )


def imported(import_key: str) -> int | None:
    """The id of the article that came in under ``import_key``, if one did."""
    return db.session.scalar(select(Article.id).where(Article.import_key == import_key))
