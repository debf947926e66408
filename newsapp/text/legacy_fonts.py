"""Text typed for the fonts of the years before Unicode: TCVN3 (ABC) and VNI.

Such text is Latin-1 that only looks Vietnamese in its own font. It is told from everything else by
whether its words are Vietnamese syllables after the conversion and were none before. What is
Vietnamese in Unicode already is never changed.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from newsapp.text.richtext import excerpt
from newsapp.text.syllables import is_syllable
from newsapp.text.tokens import Start, Text, tokens
from newsapp.text.tree import INLINE, VOID, class_rules, declarations

__all__ = ["Encoding", "Suggestion", "convert", "convert_html", "detect", "suggest"]


class Encoding(StrEnum):
    """`TCVN3_CAPITALS` is TCVN3 in a font whose name ends in H and which shows capitals only."""

    TCVN3 = "tcvn3"
    TCVN3_CAPITALS = "tcvn3_capitals"
    VNI = "vni"


@dataclass(frozen=True)
class Suggestion:
    """What a conversion would do, for the author to decide.

    `encoding` is that of most words, `by_font` whether font names told it, `passages` how many
    paragraphs or cells would change, `before` and `after` the start of the first of them.
    """

    encoding: Encoding
    by_font: bool
    passages: int
    before: str
    after: str


# TCVN 5712:1993, the third set (VN3, "ABC"), as CP1252 shows its bytes.
_TCVN3_LETTERS = (
    ("aàảãáạ", "aµ¶·¸¹"),
    ("ăằẳẵắặ", "¨»¼½¾Æ"),
    ("âầẩẫấậ", "©ÇÈÉÊË"),
    ("eèẻẽéẹ", "eÌÎÏÐÑ"),
    ("êềểễếệ", "ªÒÓÔÕÖ"),
    ("iìỉĩíị", "i×ØÜÝÞ"),
    ("oòỏõóọ", "oßáâãä"),
    ("ôồổỗốộ", "«åæçèé"),
    ("ơờởỡớợ", "¬êëìíî"),
    ("uùủũúụ", "uïñòóô"),
    ("ưừửữứự", "\xadõö÷øù"),
    ("yỳỷỹýỵ", "yúûüýþ"),
    ("đ", "®"),
    ("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§"),
)
_TCVN3 = {
    ord(code): letter
    for letters, codes in _TCVN3_LETTERS
    for letter, code in zip(letters, codes, strict=True)
    if letter != code
}

# Standing alone among figures these are signs: nobody writes the letter ì between two numbers.
_SIGN_ALONE = re.compile(r"(?<=[\s0-9])([×÷§©½¼¾·])(?=[\s0-9])")

# VNI: a mark follows its vowel. Marks of tones alone, then of a circumflex, of a breve with them.
_VNI_MARKED = (
    ("aàảãáạ", "a", "øûõùï"),
    ("eèẻẽéẹ", "e", "øûõùï"),
    ("oòỏõóọ", "o", "øûõùï"),
    ("uùủũúụ", "u", "øûõùï"),
    ("yỳỷỹý", "y", "øûõù"),
    ("ơờởỡớợ", "ô", "øûõùï"),
    ("ưừửữứự", "ö", "øûõùï"),
    ("âầẩẫấậ", "aâ", "àåãáä"),
    ("êềểễếệ", "eâ", "àåãáä"),
    ("ôồổỗốộ", "oâ", "àåãáä"),
    ("ăằẳẵắặ", "aê", "èúüéë"),
)
_VNI_ALONE = dict(zip("ìỉĩíịỵđơư", "ìæóíòîñôö", strict=True))


def _vni_table() -> dict[str, str]:
    """Code -> letter. A capital may carry the mark of either case."""
    lower = {code: letter for letter, code in _VNI_ALONE.items()}
    for letters, base, marks in _VNI_MARKED:
        if len(base) == 2:
            lower[base] = letters[0]
        lower.update(
            (base[0] + mark, letter) for letter, mark in zip(letters[1:], marks, strict=True)
        )
    table = dict(lower)
    for code, letter in lower.items():
        table[code.upper()] = letter.upper()
        table[code[0].upper() + code[1:]] = letter.upper()
    return table


_VNI = _vni_table()
_VNI_CODE = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def convert(text: str, encoding: Encoding) -> str:
    """`text` taken as `encoding`, in Unicode (NFC); other characters stay.

    It trusts the caller: ask `detect` first, or let `convert_html` decide for each passage.
    """
    if encoding is Encoding.VNI:
        return _VNI_CODE.sub(lambda match: _VNI[match.group()], text)
    signs = _SIGN_ALONE.split(text)
    signs[::2] = [part.translate(_TCVN3) for part in signs[::2]]
    converted = "".join(signs)
    return converted.upper() if encoding is Encoding.TCVN3_CAPITALS else converted


# -- telling --------------------------------------------------------------------------------

_LETTERS = re.compile("[A-Za-z\xa1-\xff\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]+")
_UNICODE_ONLY = re.compile("[ĂăĐđĨĩŨũƠơƯư\u0300-\u036f\u1ea0-\u1ef9]")
# Inside a word these stand in no language written in Latin-1.
_ODD_TCVN3 = re.compile("[\xa1-\xbf×÷Þþ]|[a-z\xdf-\xff][À-Þ]")
_ODD_VNI = re.compile(r"[aeouyôö][øõû]|[aeo][àåãáäâ]|a[êéè]|^ñ[aeiouyôö]", re.IGNORECASE)
_MARKS = re.compile("[\xa1-\xff]")


@dataclass(slots=True)
class _Evidence:
    """Words that one encoding explains (`odd` ones could be nothing else), words that it spoils,
    and plain words that are Vietnamese syllables or not."""

    explained: int = 0
    odd: int = 0
    spoiled: int = 0
    plain: int = 0
    foreign: int = 0

    def convincing(self) -> bool:
        words = self.explained + self.spoiled + self.plain + self.foreign
        return (
            (self.odd >= 1 or self.explained >= 2)
            and self.explained >= 3 * self.spoiled
            and 5 * (self.explained + self.plain) >= 3 * words
        )

    def possible(self) -> bool:
        """Enough where the rest of the document is in this encoding."""
        return self.explained > 0 and self.spoiled == 0


def _weigh(text: str, encoding: Encoding) -> _Evidence:
    evidence = _Evidence()
    odd = _ODD_VNI if encoding is Encoding.VNI else _ODD_TCVN3
    for word in _LETTERS.findall(text):
        after = convert(word, encoding)
        if after == word and not _MARKS.search(word):
            if is_syllable(word):
                evidence.plain += 1
            elif not word.isupper():
                evidence.foreign += 1
        elif len(word) == 1 or (after.isupper() and not is_syllable(after)):
            continue  # a sign alone, or an abbreviation: says nothing
        elif not is_syllable(after) or (encoding is Encoding.VNI and not _one_case(after)):
            evidence.spoiled += 1
        elif not is_syllable(word):
            evidence.explained += 1
            codes = len(_MARKS.findall(word))
            evidence.odd += bool(odd.search(word) or (encoding is Encoding.VNI and codes > 2))
    return evidence


def _one_case(word: str) -> bool:
    return word[1:].islower() or word.isupper() or len(word) == 1


def detect(text: str) -> Encoding | None:
    """The encoding in which plain `text` (one passage) was typed; None for Unicode Vietnamese,
    for other languages, and where too little speaks for it. Linear time."""
    if not _MARKS.search(text) or _UNICODE_ONLY.search(text):
        return None
    scores = {
        encoding: evidence.explained - evidence.spoiled
        for encoding in (Encoding.TCVN3, Encoding.VNI)
        if (evidence := _weigh(text, encoding)).convincing()
    }
    if not scores or (len(scores) > 1 and len(set(scores.values())) == 1):
        return None
    encoding = max(scores, key=lambda one: scores[one])
    return Encoding.TCVN3_CAPITALS if encoding is Encoding.TCVN3 and _capitals(text) else encoding


def _capitals(text: str) -> bool:
    """Capitals around codes of small letters: `CéNG HßA` looked right in a capital font only."""
    ascii_letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    converted = convert(text, Encoding.TCVN3)
    return (
        len(ascii_letters) >= 2
        and all(map(str.isupper, ascii_letters))
        and (not converted.isupper())
    )


# -- HTML -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Piece:
    """A tag as it was written, or text with its characters resolved and its font's encoding.
    `passage` counts the blocks so far."""

    raw: str
    text: str | None = None
    by_font: Encoding | None = None
    passage: int = 0


def suggest(html: str) -> Suggestion | None:
    """What `convert_html(html)` would change; None if nothing."""
    pieces = _pieces(html)
    chosen = _choose(pieces, None)
    if not chosen:
        return None
    count = Counter(dict.fromkeys(Encoding, 0))
    for piece, encoding in chosen.items():
        count[encoding] += len((pieces[piece].text or "").split())
    passages = dict.fromkeys(pieces[place].passage for place in chosen)
    first = [
        (place, piece)
        for place, piece in enumerate(pieces)
        if piece.passage == next(iter(passages)) and piece.text is not None
    ]
    return Suggestion(
        encoding=count.most_common(1)[0][0],
        by_font=any(pieces[place].by_font for place in chosen),
        passages=len(passages),
        before=_preview(piece.text or "" for _, piece in first),
        after=_preview(_converted(piece, chosen.get(place)) for place, piece in first),
    )


def _preview(texts: Iterable[str]) -> str:
    # The soft hyphen is a letter here and must not go with the other unseen characters.
    marked = "".join(texts).replace("\xad", "\ue000")
    return excerpt(marked, 200).replace("\ue000", "\xad")


def convert_html(html: str, encoding: Encoding | None = None) -> str:
    """`html` with its legacy text in Unicode; tags, comments and all other text stay as written.

    Font names decide where there are some, for each run; elsewhere `detect` decides for each
    paragraph or cell, and what most of the document was typed in, or `encoding`, decides for
    passages too short to tell. To be called before `word.tidy`, which drops the fonts and the
    soft hyphen that TCVN3 writes ư with.
    """
    pieces = _pieces(html)
    chosen = _choose(pieces, encoding)
    return "".join(
        escape(_converted(piece, chosen[place]), quote=False) if place in chosen else piece.raw
        for place, piece in enumerate(pieces)
    )


def _converted(piece: _Piece, encoding: Encoding | None) -> str:
    text = piece.text or ""
    return convert(text, encoding) if encoding else text


def _choose(pieces: list[_Piece], told: Encoding | None) -> dict[int, Encoding]:
    """Place of each text that is to change -> its encoding."""
    passages: dict[int, list[int]] = {}
    for place, piece in enumerate(pieces):
        if piece.text is not None:
            passages.setdefault(piece.passage, []).append(place)
    chosen: dict[int, Encoding] = {}
    undecided: list[tuple[list[int], str]] = []
    for places in passages.values():
        unicode = any(_UNICODE_ONLY.search(pieces[place].text or "") for place in places)
        for place in places:
            if (encoding := pieces[place].by_font) and _font_is_right(pieces[place], unicode):
                chosen[place] = encoding
        rest = [place for place in places if pieces[place].by_font is None]
        text = "".join(pieces[place].text or "" for place in rest)
        if found := detect(text):
            chosen.update(dict.fromkeys(rest, found))
        elif rest and not unicode:
            undecided.append((rest, text))
    usual = told or (Counter(chosen.values()).most_common(1)[0][0] if chosen else None)
    if usual is Encoding.TCVN3_CAPITALS:
        usual = Encoding.TCVN3
    for places, text in undecided:
        if usual and _weigh(text, usual).possible():
            chosen.update(dict.fromkeys(places, usual))
    return {
        place: encoding
        for place, encoding in chosen.items()
        if _converted(pieces[place], encoding) != pieces[place].text
    }


def _font_is_right(piece: _Piece, unicode_around: bool) -> bool:
    """Fonts outlive their text: a paragraph retyped in Unicode may still name one."""
    text = piece.text or ""
    if _UNICODE_ONLY.search(text) or piece.by_font is None:
        return False
    evidence = _weigh(text, piece.by_font)
    return evidence.explained > evidence.spoiled or not unicode_around


_TAG = re.compile(r"""<([a-zA-Z][^\t\n\f\r />]*+)(?:[^>"']++|"[^"]*+"|'[^']*+')*>""")
_TAG_NAME = re.compile(r"</?([a-zA-Z][^\t\n\f\r />]*)")
_SILENT = ("script", "style", "title", "textarea", "xml")


def _pieces(html: str) -> list[_Piece]:
    """`html` cut into tags and texts; joined again, the raw pieces are `html`. Linear time."""
    reader = _FontReader(html)
    position = 0
    while (found := html.find("<", position)) >= 0:
        if found > position:
            reader.text(html[position:found])
        position = _markup_end(html, found)
        if position < 0:
            # An unclosed tag or comment swallows the rest, as in a browser.
            reader.pieces.append(_Piece(html[found:]))
            return reader.pieces
        reader.markup(html[found:position])
        if reader.silent:
            end = re.compile(f"</{reader.silent}", re.IGNORECASE).search(html, position)
            silent_end = end.start() if end else len(html)
            reader.pieces.append(_Piece(html[position:silent_end]))
            reader.silent = ""
            position = silent_end
    if position < len(html):
        reader.text(html[position:])
    return reader.pieces


def _markup_end(html: str, found: int) -> int:
    if html.startswith("<!--", found):
        end = html.find("-->", found + 2)
        return end + 3 if end >= 0 else -1
    following = html[found + 1 : found + 2]
    if following in ("!", "?", "/"):
        return html.find(">", found) + 1 or -1
    if following.isascii() and following.isalpha():
        match = _TAG.match(html, found)
        return match.end() if match else -1
    return found + 1


class _FontReader:
    """Knows at each text which font is in force."""

    def __init__(self, html: str) -> None:
        self.rules = class_rules(html)
        self.pieces: list[_Piece] = []
        self.open: list[tuple[str, Encoding | None]] = [("", None)]
        self.names: Counter[str] = Counter()
        self.passage = 0
        self.silent = ""

    def text(self, raw: str) -> None:
        text = "".join(token.data for token in tokens(raw) if isinstance(token, Text))
        self.pieces.append(_Piece(raw, text, self.open[-1][1], self.passage))

    def markup(self, raw: str) -> None:
        if raw == "<":
            self.text(raw)
            return
        match = _TAG_NAME.match(raw)
        name = match[1].lower() if match else ""
        if name == "br":
            self.pieces.append(_Piece(raw, "\n", None, self.passage))
            return
        self.pieces.append(_Piece(raw))
        if name and name not in INLINE and ":" not in name:
            self.passage += 1
        if raw[1] == "/":
            self.close(name)
        elif name in _SILENT:
            self.silent = name
        elif name and name not in VOID:
            token = next(tokens(raw), None)
            if isinstance(token, Start):
                self.open.append((name, self.font(token)))
                self.names[name] += 1

    def close(self, name: str) -> None:
        if not self.names[name]:
            return
        closed = ""
        while closed != name:
            closed = self.open.pop()[0]
            self.names[closed] -= 1

    def font(self, tag: Start) -> Encoding | None:
        style: dict[str, str] = {}
        for name in tag.attributes.get("class", "").split()[:10]:
            style.update(self.rules.get(name, {}))
        style.update(declarations(tag.attributes.get("style", "")))
        family = style.get("font-family") or tag.attributes.get("face", "") or style.get("font", "")
        if not family:
            return self.open[-1][1]
        return _encoding_of_font(family)


_FONT = re.compile(r"(?:^|[\s\"'])(\.vn[^,\"']*|vni[- ][^,\"']*)", re.IGNORECASE)


def _encoding_of_font(family: str) -> Encoding | None:
    match = _FONT.search(family.partition(",")[0])
    if match is None:
        return None
    name = match[1].strip().lower()
    if name.startswith("vni"):
        return Encoding.VNI
    return Encoding.TCVN3_CAPITALS if name.endswith("h") else Encoding.TCVN3
