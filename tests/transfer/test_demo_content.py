"""The demo's words and pictures are complete, well formed and in proper Vietnamese."""

import io
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
import pytest
from html5lib.html5parser import HTMLParser
from PIL import Image

from newsapp.transfer import demo_content, drawing
from newsapp.transfer.demo_content import PICTURE_PREFIX, ZONE, Demo, DemoArticle
from newsapp.transfer.demo_content.days import fill_days

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=ZONE)
ALLOWED_TAGS = {
    *("p", "h2", "h3", "ul", "ol", "li", "blockquote", "figure", "img", "figcaption"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "a", "strong", "em", "sup"),
}
# A toneless or bare syllable is common in Vietnamese; text typed without marks has none at all.
LEAST_SHARE_OF_MARKED_WORDS = 0.7
VOWELS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"
SYLLABLE = re.compile(
    r"(?!.*(?:aa|ee|ii|oo|uu))(?:ngh|ng|nh|gh|gi|g|ch|c|kh|k|ph|th|tr|t|qu|b|d|đ|h|l|m|n|p|r|s|v|x)?"
    rf"[{VOWELS}]{{1,3}}(?:ch|nh|ng|c|m|n|p|t)?",
    re.IGNORECASE,
)
# Units, marks of documents, names of things and parts of addresses: no Vietnamese syllables.
FOREIGN = {
    *("m", "km", "cm", "MB", "UBND", "KH", "QĐ", "TB", "QR", "VNeID"),
    *("A", "B", "C", "D", "I", "II", "III", "IV"),
}
ADDRESS = re.compile(r"\S+\.(?:vn|example)\b|“giay-chung-sinh”")
# The portal keeps the older place of the tone mark: hòa, thủy, never hoà, thuỷ.
NEW_TONE_PLACE = re.compile(r"\b\w*(?:o[àáảãạèéẻẽẹ]|(?<![qQ])u[ỳýỷỹỵ])\b")


@pytest.fixture(scope="module")
def demo() -> Demo:
    return demo_content.load(NOW)


@pytest.fixture(scope="module")
def gallery() -> tuple[dict[str, bytes], float]:
    """Every picture, and the processor seconds that drawing them all took."""
    begun = time.process_time()
    drawn = {name: drawing.draw(name) for name in drawing.NAMES}
    return drawn, time.process_time() - begun


def parse(body: str) -> Element:
    parser = HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
    fragment: Element = parser.parseFragment(body)
    return fragment


def words_of(body: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text_of(body))


def text_of(body: str) -> str:
    """The text of a body; blocks are kept apart so that their words do not run together."""
    apart = re.sub(r"(</(?:p|h[23]|li|th|td|caption|figcaption)>)", r" \n\1", body)
    return ADDRESS.sub("0", "".join(parse(apart).itertext()))


def texts(demo: Demo) -> Iterator[tuple[str, str]]:
    """Every Vietnamese text of the demo, with a name by which to find it."""
    for article in demo.articles:
        parts = (article.title, article.lead, text_of(article.body), article.byline)
        yield article.key, " \n".join(parts)
    for page in demo.pages:
        if page.lang == "vi":
            yield page.slug, f"{page.title} \n{text_of(page.body)}"
    for album in demo.albums:
        captions = [picture.caption for picture in album.pictures]
        yield album.key, " \n".join([album.title, album.intro, *captions])
    for section in demo.sections:
        yield section.slug, f"{section.name} \n{section.description}"
    for link in demo.links:
        yield link.url, f"{link.group} \n{link.name}"
    yield "alt texts", " \n".join(demo.alt_texts.values())
    site = demo.site
    yield "site", " \n".join([site.name, site.office, site.address, site.responsible])


def bodies(demo: Demo) -> list[tuple[str, str]]:
    return [(a.key, a.body) for a in demo.articles] + [(p.slug, p.body) for p in demo.pages]


def test_holds_what_was_promised(demo: Demo) -> None:
    assert 38 <= len(demo.articles) <= 44
    assert [section.parent for section in demo.sections].count(None) == 5
    assert len(demo.sections) == 6
    assert len(demo.albums) == 2
    assert all(6 <= len(album.pictures) <= 8 for album in demo.albums)
    assert 3 <= len({link.group for link in demo.links}) <= 4
    assert {page.slug for page in demo.pages} == {"gioi-thieu", "lien-he", "lich-tiep-dan", "about"}
    assert Counter(article.state for article in demo.articles) == {
        "published": len(demo.articles) - 2,
        "scheduled": 1,
        "draft": 1,
    }


def test_keys_and_slugs_are_unique(demo: Demo) -> None:
    for names in (
        [article.key for article in demo.articles],
        [article.title for article in demo.articles],
        [section.slug for section in demo.sections],
        [page.slug for page in demo.pages],
        [link.url for link in demo.links],
    ):
        assert len(names) == len(set(names))


def test_articles_belong_to_sections_and_parents_come_first(demo: Demo) -> None:
    seen: set[str] = set()
    for section in demo.sections:
        assert section.parent is None or section.parent in seen
        seen.add(section.slug)
    assert {article.section for article in demo.articles} == seen


def test_every_picture_exists_and_is_used(demo: Demo) -> None:
    used = {article.cover for article in demo.articles if article.cover}
    used |= {picture.name for album in demo.albums for picture in album.pictures}
    for _, body in bodies(demo):
        for image in parse(body).iter("img"):
            assert image.attrib["src"].startswith(PICTURE_PREFIX)
            assert image.attrib["alt"].strip()
            used.add(image.attrib["src"].removeprefix(PICTURE_PREFIX))
    assert used == set(drawing.NAMES) == set(demo.alt_texts)


def test_ages_cover_eighteen_months_unevenly(demo: Demo) -> None:
    ages = sorted(article.age_days for article in demo.articles if article.state == "published")
    assert ages[0] >= 0
    assert 525 <= ages[-1] <= 540
    assert sum(age <= 3 for age in ages) >= 2
    assert sum(count >= 2 for count in Counter(ages).values()) >= 3
    # 62 days hold a whole calendar month wherever they begin.
    assert max(later - earlier for earlier, later in pairwise(ages)) > 62
    assert [a.age_days for a in demo.articles if a.state == "scheduled"] == [-2]


def test_lengths_of_articles_spread(demo: Demo) -> None:
    lengths = [len(text_of(article.body).split()) for article in demo.articles]
    assert sum(60 <= length <= 100 for length in lengths) >= 5
    assert sum(180 <= length <= 700 for length in lengths) >= 25
    assert sum(length > 900 for length in lengths) >= 3
    assert min(lengths) >= 60
    assert all(40 <= len(article.title) <= 140 for article in demo.articles)


def test_inherited_articles_name_their_office(demo: Demo) -> None:
    inherited = [article for article in demo.articles if article.former_office]
    assert len(inherited) >= 3
    merged = datetime(2025, 7, 1, tzinfo=ZONE)
    for article in inherited:
        assert article.former_office in demo.site.former_offices
        assert article.published_at < merged
        assert article.imported_views > 0


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2027, 1, 1, 0, 5, tzinfo=ZONE),
        datetime(2026, 12, 31, 23, 58, tzinfo=UTC),
    ],
)
def test_only_the_scheduled_article_lies_ahead(now: datetime) -> None:
    articles = demo_content.load(now).articles
    assert [a.state for a in articles if a.published_at > now] == ["scheduled"]
    assert articles == tuple(sorted(articles, key=lambda article: article.published_at))
    for article in articles:
        local = article.published_at.astimezone(ZONE)
        today = now.astimezone(ZONE).date()
        assert local.date() in {today - timedelta(days=article.age_days), today}
        if article.age_days > 0:
            assert local.time() == article.time


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        demo_content.load(datetime(2026, 11, 20))  # noqa: DTZ001 - refused for want of a zone


def test_bodies_are_valid_html_of_the_allowed_kind(demo: Demo) -> None:
    for name, body in bodies(demo):
        for element in parse(body).iter():
            if isinstance(element.tag, str) and element.tag != "DOCUMENT_FRAGMENT":
                assert element.tag in ALLOWED_TAGS, (name, element.tag)


def test_tables_are_rectangles(demo: Demo) -> None:
    tables = 0
    for name, body in bodies(demo):
        for table in parse(body).iter("table"):
            tables += 1
            assert len(set(widths(table))) == 1, (name, widths(table))
    assert tables > 30


def widths(table: Element) -> list[int]:
    """Cells of each row, spans of columns and rows counted where they reach."""
    found: list[int] = []
    for group in table:
        reaching: Counter[int] = Counter()
        rows = list(group.iter("tr"))
        for number, row in enumerate(rows):
            width = reaching[number]
            for cell in row:
                columns = int(cell.get("colspan", 1))
                width += columns
                for below in range(1, int(cell.get("rowspan", 1))):
                    assert number + below < len(rows), "a cell reaches below its table"
                    reaching[number + below] += columns
            found.append(width)
    return found


def test_official_texts_end_as_they_should(demo: Demo) -> None:
    for article in demo.articles:
        if article.state != "draft":
            assert article.body.endswith("./.</p>"), article.key


def test_text_is_composed_and_free_of_layout_spaces(demo: Demo) -> None:
    for name, text in [*texts(demo), *bodies(demo)]:
        assert unicodedata.is_normalized("NFC", text), name
        assert not re.search("[\u00a0\u200b-\u200d\ufeff\u00ad]|&nbsp;", text), name
        assert not re.search(r"[^\W_] [,;:!?.](?!\w)", text), name


def test_words_are_vietnamese_syllables(demo: Demo) -> None:
    for name, text in texts(demo):
        for word in re.findall(r"[^\W\d_]+", text):
            assert word in FOREIGN or SYLLABLE.fullmatch(word), (name, word)


def test_no_text_is_typed_without_marks(demo: Demo) -> None:
    for article in demo.articles:
        words = words_of(article.body)
        marked = sum(not word.isascii() for word in words)
        assert marked / len(words) >= LEAST_SHARE_OF_MARKED_WORDS, article.key


def test_no_word_stands_twice(demo: Demo) -> None:
    for name, text in texts(demo):
        doubled = re.search(r"\b([^\W\d_]+) \1\b", text, re.IGNORECASE)
        assert not doubled, (name, doubled and doubled[0])


def test_tone_marks_stand_where_the_house_puts_them(demo: Demo) -> None:
    for name, text in texts(demo):
        found = NEW_TONE_PLACE.search(text)
        assert not found, (name, found and found[0])


def test_the_english_page_is_english(demo: Demo) -> None:
    (page,) = [page for page in demo.pages if page.lang != "vi"]
    assert page.lang == "en"
    words = words_of(page.body)
    assert sum(word.isascii() for word in words) / len(words) > 0.9


def test_announced_days_move_with_the_day_of_loading() -> None:
    def tide(now: datetime) -> DemoArticle:
        return next(a for a in demo_content.load(now).articles if a.key == "trieu-cuong")

    assert "21/11/2026" in tide(NOW).body
    assert "22/11/2026" in tide(NOW + timedelta(days=1)).body


@pytest.mark.parametrize(
    ("mark", "written"),
    [
        ("{0}", "05/6/2026"),
        ("{-5}", "31/5/2026"),
        ("{+240}", "31/01/2027"),
        ("{+255}", "15/02/2027"),
        ("{+270}", "02/3/2027"),
        ("{T7+0 thứ}", "thứ Bảy, ngày 06/6/2026"),
        ("{CN+3 Thứ}", "Chủ nhật, ngày 14/6/2026"),
        ("{LV+1}", "08/6/2026"),
        ("{T2+3+1 ngắn}", "09/6"),
        ("{0 tháng}", "6/2026"),
        ("{+365 năm}", "2027"),
        ("{-60 quý}", "quý II năm 2026"),
    ],
)
def test_marks_for_days(mark: str, written: str) -> None:
    assert fill_days(f"Từ {mark}.", date(2026, 6, 5)) == f"Từ {written}."


@pytest.mark.parametrize("wrong", ["{T8+1}", "{+1 tuần}", "{1}", "mở { ra"])
def test_a_misspelt_mark_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="day"):
        fill_days(wrong, date(2026, 6, 5))


@pytest.mark.parametrize("name", drawing.NAMES)
def test_a_picture_is_small_sound_and_always_the_same(
    name: str, gallery: tuple[dict[str, bytes], float]
) -> None:
    data = gallery[0][name]
    assert len(data) < 150_000
    assert drawing.draw(name) == data
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (1600, 1000))
        colours = picture.resize((160, 100)).quantize(16).getcolors()
    assert colours
    assert max(count for count, _ in colours) < 0.6 * 160 * 100, "an empty sheet"


def test_pictures_differ_and_are_drawn_quickly(gallery: tuple[dict[str, bytes], float]) -> None:
    drawn, seconds = gallery
    assert seconds < 6
    assert len(set(drawn.values())) == len(drawing.NAMES) >= 20


def test_an_unknown_picture_is_refused() -> None:
    with pytest.raises(KeyError):
        drawing.draw("no-such-scene")
