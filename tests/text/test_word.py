"""What is pasted from office programs: every word stays, the noise goes, and once is enough."""

import base64
import os
import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsapp.text.richtext import RichTextTooDeep, RichTextTooLong, clean, plain_text
from newsapp.text.tree import MAX_NODES
from newsapp.text.word import MAX_MARKUP, MAX_PASTE, tidy
from newsapp.text.word_lists import Mark, read_mark

GOLDEN = Path(__file__).parent / "word"
NAMES = sorted(
    path.stem for path in GOLDEN.glob("*.html") if not path.name.endswith(".expected.html")
)
IMAGE = b"image"
MARKS = re.compile(r"<!(?:--)?\[if !supportLists\](?:--)?>.*?<!(?:--)?\[endif\](?:--)?>", re.DOTALL)

# Words that go on purpose and words that stay although they are list marks, in their order.
GONE = {"word-review": ["[VP1]", "ghi chú nội bộ", "[VP1]", "Hỏi lại anh Tư."]}
KEPT_MARKS = {"word-headings", "word-official"}
BROUGHT_IN = {"word-images": "Chữ trong khung"}
BYLINES = {"outlook": "Văn phòng", "word-byline": "Phù Sa", "word-online": "Mây Chiều"}
LOST = {
    "outlook": {"nested_table"},
    "word-fields": {"embedded_object", "equation", "form_field", "local_image"},
    "word-images": {"embedded_image", "local_image", "remote_image", "text_box"},
    "word-notes": {"footnote"},
    "word-review": {"comment", "hidden_text", "tracked_change"},
}


def store(data: bytes) -> str | None:
    return "/media/2017/anh.png" if data == IMAGE else None


def lines(html: str) -> str:
    """One block a line, so that a difference can be read."""
    return re.sub(r"(</(?:p|h[234]|li|tr|ul|ol|table|blockquote|thead)>|<hr>)", r"\1\n", html)


def source(name: str) -> str:
    return (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


def test_there_are_enough_shapes() -> None:
    assert len(NAMES) >= 14


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str) -> None:
    expected = GOLDEN / f"{name}.expected.html"
    result = lines(tidy(source(name), store).html).rstrip("\n") + "\n"
    if "WRITE_GOLDEN" in os.environ:
        expected.write_text(result, encoding="utf-8")
    assert result == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_words_stay_in_their_order(name: str) -> None:
    html = source(name)
    words = plain_text(html if name in KEPT_MARKS else MARKS.sub("", html)).split()
    for gone in GONE.get(name, []):
        phrase = gone.split()
        place = next(
            place for place in range(len(words)) if words[place : place + len(phrase)] == phrase
        )
        del words[place : place + len(phrase)]
    if name in BROUGHT_IN:
        # Text boxes stand in a comment, which plain_text does not read.
        place = words.index("Bên") + 2
        words[place:place] = BROUGHT_IN[name].split()
    assert plain_text(tidy(html, store).html).split() == words


@pytest.mark.parametrize("name", NAMES)
def test_tidying_again_changes_nothing(name: str) -> None:
    first = tidy(source(name), store)
    again = tidy(first.html, store)
    assert again.html == first.html == clean(first.html)
    assert (again.byline, again.html_without_byline) == (first.byline, first.html_without_byline)
    assert (again.lost, again.remote_images, again.stored_images) == ((), (), 0)


@pytest.mark.parametrize("name", NAMES)
def test_byline_and_losses(name: str) -> None:
    tidied = tidy(source(name), store)
    assert tidied.byline == BYLINES.get(name, "")
    assert set(tidied.lost) == LOST.get(name, set())
    if tidied.byline:
        assert tidied.html.startswith(tidied.html_without_byline)
        assert tidied.byline not in plain_text(tidied.html_without_byline)
        assert clean(tidied.html_without_byline) == tidied.html_without_byline
    else:
        assert tidied.html_without_byline == tidied.html


def test_nothing_of_the_programs_is_left() -> None:
    for name in NAMES:
        html = tidy(source(name), store).html
        for noise in ("mso", "Mso", "class=", "<o:p", "font", "lang=", "[if", "\xad", "\u200b"):
            assert noise not in html, name


# -- images ---------------------------------------------------------------------------------


def test_images_are_stored_once_and_never_fetched() -> None:
    given_bytes: list[bytes] = []

    def remember(data: bytes) -> str | None:
        given_bytes.append(data)
        return store(data)

    tidied = tidy(source("word-images"), remember)
    assert given_bytes == [IMAGE]
    assert tidied.stored_images == 1
    assert tidied.html.count("/media/2017/anh.png") == 2
    assert tidied.remote_images == ("https://elsewhere.example/a.png",)


def test_image_that_is_refused_is_reported() -> None:
    paste = f'<p>a<img src="data:image/png;base64,{base64.b64encode(b"other").decode()}">b</p>'
    for take in (store, None):
        tidied = tidy(paste, take)
        assert tidied.html == "<p>a b</p>"
        assert tidied.lost == ("embedded_image",)


def test_image_of_this_site_stays() -> None:
    body = '<p><img alt="Chợ" height="20" src="/media/cho.jpg" width="30"></p>'
    assert tidy(body).html == body
    assert tidy(body).lost == ()


def test_image_may_be_larger_than_the_text_may() -> None:
    data = base64.b64encode(b"\0" * (MAX_MARKUP + 1)).decode()
    tidied = tidy(f'<p><img src="data:image/png;base64,{data}"></p>', lambda _: "/media/a.png")
    assert tidied.stored_images == 1


# -- lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "awaited", "mark"),
    [
        ("·", None, Mark("")),
        ("o", None, Mark("")),
        ("§", None, Mark("")),
        ("Ø", None, Mark("")),
        ("-", None, Mark("")),
        ("–", None, Mark("")),
        ("", None, Mark("")),
        ("1.", None, Mark("1", 1)),
        ("(12)", None, Mark("1", 12)),
        ("a)", None, Mark("a", 1)),
        ("B.", None, Mark("A", 2)),
        ("i)", None, Mark("i", 1)),
        ("i)", Mark("a", 9), Mark("a", 9)),
        ("iv)", None, Mark("i", 4)),
        ("XIV.", None, Mark("I", 14)),
        ("c)", None, Mark("a", 3)),
        ("c)", Mark("i", 100), Mark("i", 100)),
        ("aa)", Mark("a", 27), Mark("a", 27)),
        ("1.1.", None, None),
        ("Điều 5.", None, None),
        ("đ)", None, None),
        ("ix.x", None, None),
    ],
)
def test_list_marks(typed: str, awaited: Mark | None, mark: Mark | None) -> None:
    assert read_mark(typed, awaited) == mark


def item(mark: str, text: str, level: int = 1) -> str:
    return (
        f"<p class=MsoListParagraph style='mso-list:l0 level{level} lfo1'>"
        f"<span style='mso-list:Ignore'>{mark}<span>&nbsp;&nbsp;</span></span>{text}</p>"
    )


def test_letters_go_on_past_i() -> None:
    paste = "".join(item(f"{letter})", letter * 2) for letter in "ghijk")
    assert tidy(paste).html.count("<ol") == 1
    assert '<ol start="7" type="a">' in tidy(paste).html


def test_numbers_that_jump_are_kept() -> None:
    assert tidy(item("1.", "một") + item("4.", "bốn")).html == (
        '<ol><li>một</li></ol><ol start="4"><li>bốn</li></ol>'
    )


def test_list_that_starts_deep() -> None:
    paste = item("·", "sâu", 3) + item("·", "nông", 1) + item("·", "giữa", 2)
    assert tidy(paste).html == "<ul><li>sâu</li></ul><ul><li>nông<ul><li>giữa</li></ul></li></ul>"


def test_typed_mark_counts_only_where_word_says_list() -> None:
    mark = "·&nbsp;&nbsp;&nbsp;"
    assert tidy(f"<p style='mso-list:l0 level1 lfo1'>{mark}một</p>").html == (
        "<ul><li>một</li></ul>"
    )
    assert tidy(f"<p>{mark}một</p>").html == "<p>· một</p>"


def test_mark_without_a_list_stays_as_words() -> None:
    assert tidy("<p><span style='mso-list:Ignore'>1.</span> một</p>").html == "<p>1. một</p>"


@pytest.mark.parametrize("style", ["display:none", "mso-hide:all"])
def test_hidden_text_is_not_published(style: str) -> None:
    tidied = tidy(f"<p>một <span style='{style}'>hai</span> ba</p>")
    assert (tidied.html, tidied.lost) == ("<p>một ba</p>", ("hidden_text",))


@pytest.mark.parametrize(
    "paste",
    [
        "<ul>một<p><thead>hai",
        "<ul><li>một<p></p>hai</li></ul>",
        "<table><tr><td>một<p><o:p>&nbsp;</o:p></p>hai</table>",
        "một<tr>hai",
        "một</div>hai",
    ],
)
def test_empty_and_stray_blocks_part_words(paste: str) -> None:
    assert plain_text(tidy(paste).html).split() == ["một", "hai"]


def test_soft_returns_part_words() -> None:
    assert tidy("<p>một<br>hai<br clear=all style='page-break-before:always'>ba</p>").html == (
        "<p>một<br>hai ba</p>"
    )


# -- the last line --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "byline"),
    [
        ("<p align=right>Sông Quê</p>", "Sông Quê"),
        ("<p style='margin-left:280pt'>Sông Quê</p>", "Sông Quê"),
        ("<p>" + "&nbsp;" * 137 + "<b>Sông</b> Quê</p>", "Sông Quê"),
        ("<p>Hết./.<br>" + "&nbsp; " * 20 + "Sông Quê</p>", "Sông Quê"),
        ("<p>" + "&nbsp;" * 4 + "Sông Quê</p>", ""),
        ("<p align=right>" + "dài " * 30 + "</p>", ""),
        ("<p align=right>hai<br>dòng</p>", ""),
        ("<ul><li align=right>Sông Quê</li></ul>", ""),
        ("<p align=right>Sông Quê</p><p>Thêm</p>", ""),
    ],
)
def test_short_line_at_the_right_is_offered(last: str, byline: str) -> None:
    tidied = tidy(f"<p>Thân bài.</p>{last}<p>&nbsp;</p>")
    assert tidied.byline == byline
    assert "Sông Quê" in plain_text(tidied.html) or byline == ""
    if byline:
        assert "Sông" not in tidied.html_without_byline
        assert '<p style="text-align: right;">' in tidied.html


def test_a_lone_line_is_no_byline() -> None:
    assert tidy("<p align=right>Sông Quê</p>").byline == ""


# -- any input ------------------------------------------------------------------------------

TAGS = [
    *(
        "<p>",
        "</p>",
        "<p class=MsoNormal>",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<br>",
    ),
    *("<span style='font-weight:bold'>", "<span style='font-weight:normal'>", "</span>", "<hr>"),
    *("<h1>", "</h1>", "<h2>", "</h2>", "<ul>", "</ul>", "<ol start=3>", "</ol>", "<li>", "</li>"),
    *("<table>", "</table>", "<thead>", "</thead>", "<tr>", "</tr>", "<td colspan=2>", "</td>"),
    *("<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>", "<o:p>", "</o:p>", "<th>"),
    *("<p style='mso-list:l0 level3 lfo1'>", "<![if !supportLists]>", "<![endif]>", "&nbsp;"),
    *("<a href='https://a.example/x'>", "</a>", "<a href='#_ftn1'>", "<sup>", "</sup>", "<font>"),
    *("<p align=right>", "<p class=MsoQuote>", "<blockquote>", "</blockquote>", "<caption>", "1."),
    *("<p style='margin-left:300pt'>", "&nbsp;" * 12, "<p class=MsoTitle>", "<figure>", "<u>"),
    *("<center>", "<!--[if gte mso 9]>x<![endif]-->", "<xml>", "</xml>", "<v:textbox>", "·&nbsp; "),
]
SOUP = st.lists(
    st.one_of(st.sampled_from(TAGS), st.sampled_from(["một ", "hai", " ba", "\n", "&lt;", "\xad"])),
    max_size=40,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(SOUP)
def test_any_soup_is_tidied_once(soup: str) -> None:
    tidied = tidy(soup)
    assert tidy(tidied.html).html == tidied.html == clean(tidied.html)
    assert clean(tidied.html_without_byline) == tidied.html_without_byline


# Without comments, marks, and elements that plain_text does not know as inline.
WORD_TAGS = [tag for tag in TAGS if not re.search("if|xml|·|o:p|font>", tag)]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORD_TAGS), st.just(None)), max_size=40))
def test_no_word_of_a_soup_is_lost_or_fused(parts: list[str | None]) -> None:
    numbered = [
        f"từ{place}x" if part is None else "" if part == "1." else part
        for place, part in enumerate(parts)
    ]
    for soup in (" ".join(numbered), "".join(numbered)):
        assert plain_text(tidy(soup).html).split() == plain_text(soup).split()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_tidied_once(text: str) -> None:
    tidied = tidy(text)
    assert tidy(tidied.html).html == tidied.html


# -- limits ---------------------------------------------------------------------------------


def test_limits() -> None:
    with pytest.raises(RichTextTooLong):
        tidy("a" * (MAX_MARKUP + 1))
    with pytest.raises(RichTextTooLong, match="without images"):
        tidy('<p class="' + "x" * MAX_MARKUP + '">a</p>')
    with pytest.raises(RichTextTooLong):
        tidy('<img src="data:image/png;base64,' + "A" * MAX_PASTE + '">')
    with pytest.raises(RichTextTooLong):
        tidy("<wbr>" * (MAX_NODES + 1))
    with pytest.raises(RichTextTooDeep):
        tidy("<div>" * 5_000 + "x")
    assert tidy("<span>" * 5_000 + "x").html == "<p>x</p>"


HOSTILE = {
    "open comments": "<!--[if gte vml 1]>",
    "open styles": "<style>",
    "rules": "<style>.a{",
    "selectors": "<style>" + "a" * 50,
    "text boxes": "<!--[if gte vml 1]><v:textbox><v:textbox>-->",
    "conditions": "<![if !supportLists]>",
    "stray ends": "</p></td></b>",
    "open spans": "<span style='mso-list:Ignore'>",
    "styles": "<i style='" + "a:b;" * 20 + "'>",
    "quotes": "<a href='",
    "images": "data:image/png;base64,",
    "spaces": "&nbsp; ",
}


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_size_only(name: str) -> None:
    unit = HOSTILE[name]

    def seconds(size: int) -> float:
        paste = unit * (size // len(unit))
        best = 9e9
        for _ in range(2):
            started = time.thread_time()
            with suppress(RichTextTooLong, RichTextTooDeep):
                tidy(paste)
            best = min(best, time.thread_time() - started)
        return best

    small, large = seconds(50_000), seconds(400_000)
    # Eight times the size: quadratic work would take 64 times as long.
    assert large < 24 * small + 0.2
