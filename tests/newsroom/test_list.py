"""The list and the trash: narrowing, counts, deeds done to many, what can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from sqlalchemy import select

from newsapp.extensions import db
from newsapp.models import Account, Article, Audit, Role, Section, State
from newsapp.publishing import articles as publishing
from newsapp.publishing import site
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE, Actor
from tests.newsroom.conftest import opened, write
from tests.pages import CheckingClient, parse, text_of

MakeArticle = Callable[..., Article]


def as_actor(account: Account) -> Actor:
    return Actor(account.id, account.display_name, account.role)


def titles(browser: CheckingClient, address: str) -> list[str]:
    return [text_of(e) for e in browser.page(address).iter("h2")]


def with_class(root: Element, name: str) -> Element:
    return next(e for e in root.iter() if name in str(e.get("class")).split())


def do(browser: CheckingClient, deed: str, *ids: int, expect: int = 303, **more: object) -> Element:
    token = browser.form("/bien-tap/tai-khoan")["csrf_token"]
    sent = {"csrf_token": token, "deed": deed, "id": [str(one) for one in ids], **more}
    answer = browser.post("/bien-tap/hang-loat", data=sent, expect=expect)
    return parse(browser.get("/bien-tap/").text if expect == 303 else answer.text)


def test_each_narrowing_and_its_counts(
    editor: CheckingClient, people: dict[Role, Account], make_article: MakeArticle
) -> None:
    other = site.add_section("Thông báo", by=COMMAND_LINE)
    lan = people[Role.CONTRIBUTOR]
    publishing.create(Content("Nháp của Lan", section_id=other.id), by=as_actor(lan))
    make_article("Tin đã đăng")
    make_article("Tin hẹn giờ", at=datetime.now(UTC) + timedelta(days=1))
    assert titles(editor, f"/bien-tap/?muc={other.id}") == ["Nháp của Lan"]
    assert titles(editor, f"/bien-tap/?nguoi-viet={lan.id}") == ["Nháp của Lan"]
    assert titles(editor, f"/bien-tap/?muc={other.id}&trang-thai=published") == []
    root = editor.page("/bien-tap/?trang-thai=scheduled")
    counts = text_of(with_class(root, "counts"))
    assert counts == "Tất cả 3 Bản nháp 1 Đã hẹn giờ 1 Đã xuất bản 1"
    assert "sẽ hiện" in text_of(with_class(root, "articles"))
    for wrong in ("muc=x", "muc=99999999999", "nguoi-viet=-1", "trang-thai=x"):
        assert len(titles(editor, f"/bien-tap/?{wrong}")) == 3


def test_a_contributor_has_no_deeds_for_many(
    contributor: CheckingClient, people: dict[Role, Account], make_article: MakeArticle
) -> None:
    publishing.create(Content("Của tôi"), by=as_actor(people[Role.CONTRIBUTOR]))
    article = make_article(step=Step.KEEP)
    page = contributor.get("/bien-tap/").text
    assert 'name="deed"' not in page
    assert 'type="checkbox"' not in page
    do(contributor, "publish", article.id, expect=403)
    db.session.expire_all()
    assert article.state is State.DRAFT


def test_what_cannot_be_done_is_told_line_by_line(
    editor: CheckingClient, make_article: MakeArticle, section: Section
) -> None:
    good = make_article("Nháp tốt", step=Step.KEEP)
    bare = make_article("Nháp không mục", step=Step.KEEP, section_id=None)
    public = make_article("Đã đăng rồi")
    root = do(editor, "publish", good.id, bare.id, public.id, 987654, expect=200)
    said = [text_of(e) for e in with_class(root, "summary").iter("li")]
    assert len(said) == 3
    assert said[0].startswith("“Nháp không mục”: Bài chưa có chuyên mục")
    assert said[1].startswith("“Đã đăng rồi”: ")
    assert said[2].startswith("“#987654”: ")
    db.session.expire_all()
    assert (good.state, bare.state) == (State.PUBLISHED, State.DRAFT)


def test_moving_withdrawing_and_deleting_many(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    other = site.add_section("Thông báo", by=COMMAND_LINE)
    one, two = make_article("Một"), make_article("Hai")
    root = do(editor, "move", one.id, two.id, section_id=other.id)
    assert "Đã làm với 2 bài." in text_of(with_class(root, "said"))
    do(editor, "withdraw", one.id)
    do(editor, "delete", two.id)
    db.session.expire_all()
    assert (one.section_id, one.state) == (other.id, State.WITHDRAWN)
    assert two.deleted_at is not None
    actions = {a.action for a in db.session.query(Audit).filter_by(subject="article")}
    assert {"article.move", "article.withdraw", "article.delete"} <= actions
    root = do(editor, "move", one.id, section_id="999", expect=200)
    assert "“Một”" in text_of(with_class(root, "summary"))
    assert "Hãy đánh dấu bài trước" in text_of(with_class(do(editor, "publish"), "said"))
    assert "Hãy đánh dấu bài trước" in text_of(with_class(do(editor, "burn", one.id), "said"))


def test_a_note_goes_to_the_writer_and_leaves_with_the_answer(
    contributor: CheckingClient, editor: CheckingClient
) -> None:
    write(contributor, title="Bài gửi duyệt", step="submit")
    article = db.session.query(Article).one()
    address = f"/bien-tap/bai-viet/{article.id}"
    note = "Thiếu ngày họp.\nXem lại tên người chủ trì."
    too_long = write(editor, address, review_note="x" * 2001, step="return", expect=422)
    assert 'id="review_note-error"' in too_long.text
    write(editor, address, review_note=note, step="return")
    db.session.expire_all()
    assert (article.state, article.review_note) == (State.DRAFT, note)
    assert "Xem lại tên người chủ trì." in contributor.get(address).text
    assert "Trả lại kèm lời nhắn" in contributor.get("/bien-tap/").text
    # A save that is no answer leaves it.
    write(contributor, address, title="Bài gửi duyệt, sửa", step="keep")
    assert "Thiếu ngày họp." in contributor.get(address).text
    write(contributor, address, step="submit")
    db.session.expire_all()
    assert (article.state, article.review_note) == (State.REVIEW, "")


def test_the_trash_gives_back_for_thirty_days(
    editor: CheckingClient, people: dict[Role, Account], make_article: MakeArticle
) -> None:
    article = make_article("Xóa nhầm")
    publishing.delete(article.id, by=as_actor(people[Role.ADMINISTRATOR]))
    shown = text_of(with_class(editor.page("/bien-tap/thung-rac"), "trash"))
    assert "Xóa nhầm" in shown
    assert people[Role.ADMINISTRATOR].display_name in shown
    assert "còn 30 ngày" in shown
    token = editor.form("/bien-tap/thung-rac")["csrf_token"]
    answer = editor.post(
        f"/bien-tap/thung-rac/{article.id}", data={"csrf_token": token}, expect=303
    )
    assert answer.location == f"/bien-tap/bai-viet/{article.id}"
    assert opened(editor, answer.location)["title"] == "Xóa nhầm"
    db.session.expire_all()
    assert (article.state, article.deleted_at) == (State.WITHDRAWN, None)


def test_after_thirty_days_it_is_gone(
    editor: CheckingClient, people: dict[Role, Account], make_article: MakeArticle
) -> None:
    old, young = make_article("Đã lâu"), make_article("Mới đây")
    for article in (old, young):
        publishing.delete(article.id, by=COMMAND_LINE)
    old.deleted_at = datetime.now(UTC) - timedelta(days=30)
    young.deleted_at = datetime.now(UTC) - timedelta(days=29, hours=23)
    # A deed of yesterday bears witness that the time is over.
    old.deleted_at -= timedelta(days=2)
    yesterday = datetime.now(UTC) - timedelta(days=1, hours=1)
    db.session.add(Audit(at=yesterday, actor="Ai đó", action="article.save", subject="article"))
    db.session.commit()
    old_id = old.id
    shown = text_of(editor.page("/bien-tap/thung-rac"))
    assert "Đã lâu" not in shown
    assert "còn 1 ngày" in shown
    token = editor.form("/bien-tap/thung-rac")["csrf_token"]
    editor.post(f"/bien-tap/thung-rac/{old_id}", data={"csrf_token": token}, expect=404)
    # Looking removes nothing; the next deed does.
    assert db.session.scalar(select(Article.id).where(Article.id == old_id)) == old_id
    make_article("Bài tiếp theo")
    db.session.expire_all()
    titles_left = set(db.session.scalars(select(Article.title)))
    assert titles_left == {"Mới đây", "Bài tiếp theo"}


def test_a_contributor_takes_back_own_drafts_only(
    contributor: CheckingClient, people: dict[Role, Account], make_article: MakeArticle
) -> None:
    lan = as_actor(people[Role.CONTRIBUTOR])
    mine = publishing.create(Content("Nháp của tôi"), by=lan)
    publishing.delete(mine.id, by=lan)
    theirs = make_article("Của người khác", step=Step.KEEP)
    publishing.delete(theirs.id, by=COMMAND_LINE)
    shown = text_of(contributor.page("/bien-tap/thung-rac"))
    assert "Nháp của tôi" in shown
    assert "Của người khác" not in shown
    token = contributor.form("/bien-tap/thung-rac")["csrf_token"]
    for article, status in ((mine, 303), (theirs, 403)):
        address = f"/bien-tap/thung-rac/{article.id}"
        contributor.post(address, data={"csrf_token": token}, expect=status)
