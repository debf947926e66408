"""Articles: the one form, and its preview."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from newsapp import pages
from newsapp.accounts.desk import refilled_by
from newsapp.clock import now as clock_now
from newsapp.media.images import BYTES_MAX
from newsapp.models import Article, State
from newsapp.news import queries as news
from newsapp.news.values import ArticlePage
from newsapp.newsroom import checking, queries
from newsapp.newsroom.checking import Check
from newsapp.newsroom.door import actor, bp, problem
from newsapp.newsroom.forms import ID_MAX, ArticleForm, zone_words
from newsapp.newsroom.queries import Standing, StoredArticle
from newsapp.newsroom.uploads import take_in_with_form
from newsapp.newsroom.views.conflict import conflict_page, merge_of
from newsapp.publishing import articles as publishing
from newsapp.publishing import autosave, site
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound, Stale, Step, may_write
from newsapp.publishing.autosave import Kept
from newsapp.publishing.checklist import BLOCK_SELECTOR
from newsapp.publishing.findings import Severity

ONE = f"/bai-viet/<int(max={ID_MAX}):article_id>"


@bp.get("/bai-viet/moi")
def new_article() -> ResponseReturnValue:
    return opened(None)


@bp.get(ONE)
def article(article_id: int) -> ResponseReturnValue:
    return opened(readable(article_id))


def opened(stored: StoredArticle | None) -> ResponseReturnValue:
    """The form as it is stored, with an offer of text that was typed and not saved; or, for
    ``?ban-luu=1``, with that text."""
    form = ArticleForm(pages.config().zone, stored)
    kept = autosave.kept(stored.id if stored else None, by=actor())
    if kept is None:
        return form_page(form, stored)
    typed = refilled(kept, stored)
    if "ban-luu" in request.args:
        said = _("This text is not saved yet. Look it over and save it.")
        return form_page(typed, stored, version=kept.version, unsaved=True, problem=said)
    return form_page(form, stored, offer=kept if typed.differs(form) else None)


def refilled(kept: Kept, stored: StoredArticle | None) -> ArticleForm:
    """The form with kept text, and with the key of its slot."""
    sent = MultiDict({**kept.fields, "slot": kept.key})
    form = ArticleForm(pages.config().zone, stored, formdata=sent)
    form.disarm()
    return form


def refill(article_id: int | None = None) -> ResponseReturnValue:
    """The form with what was sent and nothing saved; a text that may not be kept where it was
    becomes a new article. The body is cleaned, because anybody may have sent it."""
    stored = writable(article_id)
    form = ArticleForm(pages.config().zone, stored)
    form.disarm()
    said = _("This text is not saved yet. Look it over and save it.")
    return form_page(form, stored, version=form.read_version(), unsaved=True, problem=said)


@bp.post("/bai-viet/moi")
@refilled_by(refill)
def create_article() -> ResponseReturnValue:
    form = ArticleForm(pages.config().zone, None)
    return taken(form, None, None)


@bp.post(ONE)
@refilled_by(refill)
def save_article(article_id: int) -> ResponseReturnValue:
    stored = writable(article_id)
    return taken(ArticleForm(pages.config().zone, stored), stored, article_id)


@bp.post("/kiem-tra")
@refilled_by(refill)
def check_typed() -> ResponseReturnValue:
    """The form with what was typed and its checklist; nothing is saved."""
    number = request.form.get("article", type=int)
    stored = writable(number if number and 0 < number <= ID_MAX else None)
    form = ArticleForm(pages.config().zone, stored)
    return form_page(form, stored, version=form.read_version(), unsaved=True)


@bp.post(f"{ONE}/xoa")
def delete_article(article_id: int) -> ResponseReturnValue:
    try:
        publishing.delete(article_id, by=actor())
    except NotFound:
        abort(404)
    except NotAllowed:
        abort(403)
    except Stale:
        flash(_("Somebody saved this article just now. Look at it before you delete it."))
        return redirect(url_for("newsroom.article", article_id=article_id), 303)
    flash(_("The article is in the trash and no longer public."))
    return redirect(url_for("newsroom.articles"), 303)


@bp.get(f"{ONE}/xem-truoc")
def preview(article_id: int) -> ResponseReturnValue:
    readable(article_id)
    return preview_page(news.article(article_id, None) or abort(404))


@bp.post("/xem-truoc")
def preview_typed() -> ResponseReturnValue:
    """What the typed text would look like; nothing is saved."""
    form = ArticleForm(pages.config().zone, None)
    valid = form.validate()
    try:
        content = publishing.checked(form.content())
    except Invalid as error:
        form.blame(error.problems)
        valid = False
    if not valid:
        # It opens beside the form, which still holds the text: a second form would be one too many.
        wrong = [f"{field.label.text}: {' '.join(field.errors)}" for field in form if field.errors]
        return problem(_("No preview yet"), " ".join(wrong), 422)
    now = clock_now()
    at = form.moment("", now) or now
    return preview_page(queries.preview(content, news.sections(), at))


def taken(
    form: ArticleForm, stored: StoredArticle | None, article_id: int | None
) -> ResponseReturnValue:
    """Save what was sent. Whatever goes wrong, the form comes back with it."""
    pressed = request.form.get("step", "")
    if not valid_with_cover(form):
        return form_page(form, stored, 422, version=form.read_version(), unsaved=True)
    if article_id is not None and stored is None:
        return homeless(form, article_id)
    try:
        saved = write(form, stored, pressed)
    except Invalid as error:
        form.blame(error.problems)
        if form.step(pressed) is Step.PUBLISH and not form.section_id.errors:
            form.blame({} if form.section_id.data else {"section_id": "missing"})
        return form_page(form, stored, 422, version=form.read_version(), unsaved=True)
    except Stale:
        return stale_page(form, article_id, pressed)
    except NotAllowed:
        said = _("Your account may not do this. Your text is not saved yet.")
        return form_page(form, stored, 403, version=form.read_version(), unsaved=True, problem=said)
    except NotFound:
        return homeless(form, article_id)
    describe_cover(form, stored, saved)
    report(form, saved, pressed)
    return redirect(url_for("newsroom.article", article_id=saved.id), 303)


def write(form: ArticleForm, stored: StoredArticle | None, pressed: str) -> Article:
    """Hand the form to publishing; raises what publishing raises."""
    content, step = form.content(), form.step(pressed)
    publish_at = form.moment(pressed, clock_now())
    if stored is None:
        return publishing.create(
            content, by=actor(), step=step, publish_at=publish_at, slot=form.raw("slot")
        )
    return publishing.save(
        stored.id,
        content,
        version=form.read_version(),
        by=actor(),
        step=step,
        publish_at=publish_at,
        note=form.review_note.data or "",
        slot=form.raw("slot"),
    )


def valid_with_cover(form: ArticleForm) -> bool:
    """Check the form, all fields at once, and take in a cover image that came with it."""
    valid = bool(form.validate())
    file = request.files.get("cover_file")
    if file is not None and file.filename:
        valid = take_in_with_form(file, form.cover_id, actor()) and valid
    if not valid:
        try:
            publishing.checked(form.content())
        except Invalid as error:
            form.blame(error.problems)
    return valid


def describe_cover(form: ArticleForm, stored: StoredArticle | None, saved: Article) -> None:
    """Keep the cover's alternative text, if it was typed for this very image."""
    if saved.cover_id is None or not form.cover_alt.raw_data:
        return
    alt = form.cover_alt.data or ""
    exchanged = stored is None or stored.cover_id != saved.cover_id
    if exchanged and (not alt or (stored and stored.cover and alt == stored.cover.alt)):
        return
    try:
        site.describe_image(saved.cover_id, alt, by=actor())
    except NotAllowed:
        flash(_("Only an editor may describe an image that somebody else uploaded."))


def checked(form: ArticleForm) -> tuple[Check, ...]:
    """The checklist for what the form holds now."""
    now, stored = clock_now(), form.stored
    return checking.checks(
        form.content(),
        form.moment("", now),
        now,
        is_new=not (stored and stored.published_at),
        host=request.host.partition(":")[0],
    )


def report(form: ArticleForm, saved: Article, pressed: str) -> None:
    """Say what happened."""
    standing = queries.standing(saved.state, saved.published_at, clock_now())
    step = form.step(pressed)
    done = {
        Standing.DRAFT: _("Saved as a draft."),
        Standing.REVIEW: _("Sent for review.") if step is Step.SUBMIT else _("Saved."),
        Standing.SCHEDULED: _("Scheduled: readers do not see it yet."),
        Standing.PUBLISHED: _("Published.") if step is Step.PUBLISH else _("Saved and published."),
        Standing.WITHDRAWN: _("Withdrawn: readers no longer see it.")
        if step is Step.WITHDRAW
        else _("Saved."),
    }
    flash(_("Returned to its writer.") if step is Step.RETURN else done[standing])
    open_points = sum(c.severity is Severity.MUST for c in checked(form))
    if open_points and standing in {Standing.PUBLISHED, Standing.SCHEDULED}:
        said = _(
            "%(number)s points of the checklist are still to be put right.", number=open_points
        )
        flash(said, "warning")
    lost = (form.body.data or "").lower().count("<img") - saved.body.count("<img")
    if lost > 0:
        flash(
            _(
                "Left out: %(number)s pictures that are not on this site. Insert them as files.",
                number=lost,
            ),
            "warning",
        )


def stale_page(form: ArticleForm, article_id: int | None, pressed: str) -> ResponseReturnValue:
    """Somebody was faster: both texts side by side, and the choice."""
    stored = queries.stored(article_id, clock_now()) if article_id else None
    if stored is None:
        return homeless(form, article_id)
    try:
        mine = publishing.checked(form.content())
    except Invalid as error:
        form.blame(error.problems)
        return form_page(form, stored, 422, version=form.read_version(), unsaved=True)
    return conflict_page(form, mine, stored, pressed)


def merge_page(article_id: int) -> ResponseReturnValue:
    """The form with both texts in one, saved nowhere yet."""
    stored = writable(article_id)
    form = ArticleForm(pages.config().zone, stored)
    if stored is None:
        return homeless(form, article_id)
    try:
        merge = merge_of(publishing.checked(form.content()), stored)
    except Invalid as error:
        form.blame(error.problems)
        return form_page(form, stored, 422, version=form.read_version(), unsaved=True)
    form.show(merge.content)
    return form_page(form, stored, version=stored.version, unsaved=True, merge=merge)


@bp.post(f"{ONE}/gop")
@refilled_by(merge_page)
def merge_article(article_id: int) -> ResponseReturnValue:
    return merge_page(article_id)


def homeless(form: ArticleForm, article_id: int | None) -> ResponseReturnValue:
    """The article is gone or closed to this person: the text can be kept as a new one."""
    exists = article_id is not None and queries.stored(article_id, clock_now()) is not None
    said = (
        _("You may no longer change this article. Your text is here: save it as a new article.")
        if exists
        else _("This article does not exist any more. Your text is here: save it as a new article.")
    )
    return form_page(form, None, 403 if exists else 404, unsaved=True, problem=said)


def readable(article_id: int) -> StoredArticle:
    """The article for its form or preview; 404 or 403 for the others."""
    stored = queries.stored(article_id, clock_now()) or abort(404)
    if not may_write(stored.created_by, stored.state, actor()):
        abort(403)
    return stored


def writable(article_id: int | None) -> StoredArticle | None:
    """The article, unless it is gone or not this person's to change."""
    stored = queries.stored(article_id, clock_now()) if article_id else None
    if stored is None or not may_write(stored.created_by, stored.state, actor()):
        return None
    return stored


def form_page(
    form: ArticleForm,
    stored: StoredArticle | None,
    status: int = 200,
    *,
    version: int | None = None,
    **values: Any,
) -> ResponseReturnValue:
    """The form as a page. ``version`` is what the next save will claim to have read."""
    if version is None:
        version = stored.version if stored else 0
    page = render_template(
        "newsroom/article.html",
        form=form,
        stored=stored,
        version=version,
        standing=stored.standing if stored else Standing.DRAFT,
        sections=news.sections(),
        cover=queries.image(form.content().cover_id),
        offered=queries.offered_images(),
        edits=actor().edits,
        others=autosave.others(stored.id, by=actor(), now=clock_now()) if stored else (),
        checks=checked(form),
        # A page that nobody has written on is told what is to come, not what is wrong.
        blank=request.method == "GET" and not stored and not form.written(),
        block_selector=BLOCK_SELECTOR,
        Standing=Standing,
        State=State,
        zone=zone_words(pages.config().zone),
        upload_max=BYTES_MAX,
        **values,
    )
    return page, status


def preview_page(article: ArticlePage) -> ResponseReturnValue:
    # Rendered without pages.render: a preview is neither counted nor tallied.
    _now, furniture = pages.surroundings()
    return render_template(
        "newsroom/preview.html", article=article, furniture=furniture, settings=furniture.settings
    )
