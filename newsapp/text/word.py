"""What is pasted from Word, LibreOffice, Google Docs, Outlook or Excel, as plain good HTML.

`tidy` reads what these programs mean by their styles, classes and comments and says it again with
the few elements of the site; `richtext.clean` comes last, so nothing here has to make text safe.

Decided here, because the programs leave it open:

- A row becomes a row of headings only inside `thead`, which Word writes for "repeat as header row"
  alone. `mso-yfti-firstrow` stands on the first row of every table and says nothing; neither does
  bold text.
- Heading levels move down by one where the paste holds a title or a level 1, for the page's own
  title is level 1 already; without one they stay as they are.
- A number that HTML cannot count (`1.1.`, `Điều 5.`, `đ)`) stays in the text of a paragraph.
- Deleted words of tracked changes stay, struck through, and are reported; comments and hidden text
  are not for publishing and go, reported.
"""

import re
from dataclasses import dataclass

from newsapp.text.richtext import RichTextError, RichTextTooLong, clean, plain_text
from newsapp.text.tree import Node, parse
from newsapp.text.word_reading import PLAIN, heading_level
from newsapp.text.word_writer import Findings, Rewriter, StoreImage

__all__ = ["Tidied", "tidy"]

MAX_PASTE = 40_000_000
MAX_MARKUP = 3_000_000
_MAX_PASSES = 5
_BYLINE_LENGTH = 60
# No indent of a first line is as wide as this.
_PUSHED_SPACES = 10


@dataclass(frozen=True)
class Tidied:
    """A tidied paste; `html` and `html_without_byline` are results of `richtext.clean`.

    `byline`: the words of a short last line that stands at the right, "" if there is none; it is
    an offer, `html` still holds the line. `remote_images`: addresses of images elsewhere, which
    are never fetched. `stored_images`: how many images `store_image` took.

    `lost`: sorted codes of what could not be kept as it was. Gone: `comment`, `hidden_text`,
    `local_image` (the file stayed on the author's computer), `remote_image`, `embedded_image` (the
    image in the paste was refused, damaged or too large), `embedded_object`, `form_field`,
    `footnote` (a note whose text is not in the paste). Kept as plain words: `text_box`,
    `equation`, `nested_table`, `tracked_change`.
    """

    html: str
    byline: str
    html_without_byline: str
    remote_images: tuple[str, ...]
    lost: tuple[str, ...]
    stored_images: int


def tidy(html: str, store_image: StoreImage | None = None) -> Tidied:
    """Pasted HTML -> the body that can be stored, and what was lost on the way.

    `store_image` gets the bytes of each different image that the paste carries, once, and answers
    its `/media/…` address, or None to refuse it. Linear time; tidying the result again
    changes nothing. Raises RichTextTooLong past `MAX_PASTE` characters, `MAX_MARKUP` without the
    images, or the limits of `richtext.clean`; RichTextTooDeep; RichTextError.
    """
    return tidy_with(html, Findings(store_image))


def tidy_with(html: str, findings: Findings) -> Tidied:
    """`tidy`, going on from what an earlier step found."""
    if len(html) > MAX_PASTE:
        raise RichTextTooLong(f"more than {MAX_PASTE} characters")
    images = sum(len(match.group()) for match in _DATA_IMAGE.finditer(html))
    if len(html) - images > MAX_MARKUP:
        raise RichTextTooLong(f"more than {MAX_MARKUP} characters without images")
    for _ in range(_MAX_PASSES):
        tidied = clean(_rewrite(html, findings))
        if tidied == html:
            return _tidied(tidied, findings)
        html = tidied
    raise RichTextError("no stable form of this paste was found")


def _tidied(html: str, findings: "Findings") -> Tidied:
    match = _LAST_RIGHT.search(html)
    byline = plain_text(match[1]) if match else ""
    offered = bool(match and _short_line(byline) and match.start())
    return Tidied(
        html=html,
        byline=byline if offered else "",
        html_without_byline=html[: match.start()] if offered and match else html,
        remote_images=tuple(findings.remote),
        lost=tuple(sorted(findings.lost)),
        stored_images=len({address for address in findings.stored.values() if address}),
    )


_DATA_IMAGE = re.compile(r"data:image/[A-Za-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=%\s]*+")
# No possessive repeat of a group here or elsewhere: Python before 3.11.5, which Debian 12 has, gets
# lost in it. The possessive runs inside keep the search linear all the same.
_LAST_RIGHT = re.compile(r'<p style="text-align: right;">((?:[^<]++|<(?!/?p[ >]))*)</p>\Z')


def _short_line(text: str) -> bool:
    return bool(text) and "\n" not in text and len(text) <= _BYLINE_LENGTH


# -- comments that hold something ---------------------------------------------------------

_CONDITION = re.compile(r"<!(?:--)?\[(if !supportLists|endif)\](?:--)?>", re.IGNORECASE)
_FORM_FIELD = re.compile(r"FORM(?:TEXT|CHECKBOX|DROPDOWN)")


def _unveil(html: str, findings: Findings) -> str:
    """`html` with list marks as elements of their own and text boxes out of their comments."""
    if "<!" not in html:
        return html
    kept: list[str] = []
    position = 0
    while (found := html.find("<!--[if", position)) >= 0:
        end = html.find("-->", found)
        if end < 0:
            break
        kept.append(html[position:found])
        comment = html[found + 4 : end]
        position = end + 3
        if len(comment) < 40 and comment.endswith("]"):
            kept.append(html[found:position])
        if "<v:textbox" in comment:
            kept.extend(_text_boxes(comment))
        if _FORM_FIELD.search(comment):
            findings.lost.add("form_field")
        if "<m:oMath" in comment:
            findings.lost.add("equation")
    kept.append(html[position:])
    return _CONDITION.sub(
        lambda match: "</word-marker>" if match[1].lower() == "endif" else "<word-marker>",
        "".join(kept),
    )


def _text_boxes(comment: str) -> list[str]:
    boxes = (box.partition("</v:textbox")[0] for box in comment.split("<v:textbox")[1:])
    return [f"<v:textbox{_without_frame(box)}</v:textbox>" for box in boxes]


def _without_frame(box: str) -> str:
    """Without the one-celled table that stands for the frame in other programs."""
    first, *others = box.split("<![if !mso]>")
    return first + "".join(other.partition("<![endif]>")[2] for other in others)


# -- the last line ------------------------------------------------------------------------

_TAG = re.compile(r"<[^>]*+>")


def _set_last_line_right(html: str) -> str:
    """A short last line pushed to the right by spaces or an indent, set to the right instead."""
    body = html.rstrip()
    while body.endswith("</p>") and not _TAG.sub("", body[body.rfind("<p") :]).strip():
        body = body[: max(body.rfind("<p"), 0)].rstrip()
    start = body.rfind("<p")
    if start < 0 or not body.endswith("</p>") or "</p>" in body[start:-4]:
        return html
    opened = body.find(">", start) + 1
    content = body[opened:-4]
    before, _, line = content.rpartition("<br>")
    words = _TAG.sub("", line)
    spaces = len(words) - len(words.lstrip())
    indented = "data-pushed" in body[start:opened] and not before
    no_breaks = words[:spaces].count("\xa0") + 6 * words[:spaces].count("\t")
    short = 0 < len(" ".join(words.split())) <= _BYLINE_LENGTH
    if not short or not (indented or no_breaks >= _PUSHED_SPACES):
        return html
    if not before:
        return f'{body[:start]}<p style="text-align: right;">{content}</p>'
    return f'{body[:opened]}{before}</p><p style="text-align: right;">{line}</p>'


def _rewrite(html: str, findings: Findings) -> str:
    root = parse(_unveil(html, findings))
    levels = {heading_level(leaf) for leaf in root.leaves() if isinstance(leaf, Node) and leaf.full}
    rewriter = Rewriter(findings, shift=1 if 1 in levels else 0)
    rewriter.inside(root, PLAIN, loose=True)
    rewriter.block("")
    if rewriter.notes - rewriter.note_texts:
        findings.lost.add("footnote")
    return _set_last_line_right("".join(rewriter.out))
