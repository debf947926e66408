"""What changed between two texts, and what becomes of two changes to one.

`compare` reads both bodies into plain blocks, pairs them, and marks words in between. What it
writes is safe by construction: bare elements from a fixed list around escaped text, whatever was
read. `merge` puts whole blocks of its inputs together and marks nothing.

Time is bounded: equal ends and unique lines are found in linear time; what is left between them is
compared by difflib as long as the budget lasts, and is called replaced where it does not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from newsapp.text.reading import Block, Word, read, read_plain

_BUDGET = 2_000_000
# Blocks with less in common than this are no versions of each other.
_ALIKE = 0.4
# Up to so many the best pairs are looked for, then they go by place, then nothing is paired.
_PAIRED_MAX = 40
_PLACED_MAX = 5_000
# Equal stretches as (start before, start after, length), in order.
_Match = tuple[int, int, int]


@dataclass(frozen=True)
class Row:
    """One block in both texts, as HTML; empty where a text has none. `same`: nothing to mark."""

    before: str
    after: str
    both: str
    same: bool


@dataclass(frozen=True)
class Comparison:
    """The rows of two texts, and how many words came and went."""

    rows: tuple[Row, ...]
    added: int
    removed: int

    @property
    def same(self) -> bool:
        """Whether the words, their marks and the pictures are the same."""
        return all(row.same for row in self.rows)

    @property
    def both(self) -> str:
        """One text with `<del>` and `<ins>`."""
        return "".join(row.both for row in self.rows)


@dataclass(frozen=True)
class Merge:
    """A text made of two. Each clash is what both wrote at one place (mine, theirs), as HTML; in
    `html` both stand there, theirs after mine."""

    html: str
    clashes: tuple[tuple[str, str], ...]


def compare(before: str, after: str, *, image: str = "image") -> Comparison:
    """Two bodies of HTML, block by block and word by word. `image` is the word for a picture."""
    return _compared(read(before, image), read(after, image))


def compare_plain(before: str, after: str) -> Comparison:
    """Two plain texts of one block each."""
    return _compared(read_plain(before), read_plain(after))


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Both changes of `base`, in whole top-level blocks. All three as `richtext.clean` wrote them;
    the result is to be cleaned again before it is stored."""
    origin, left, right = (top_blocks(html) for html in (base, mine, theirs))
    out: list[str] = []
    clashes = []
    for stretch in _stretches(origin, left, right):
        old, own, other = ("".join(part) for part in stretch)
        if own == other or other == old:
            out.append(own)
        elif own == old:
            out.append(other)
        else:
            clashes.append((own, other))
            out += (own, other)
    return Merge("".join(out), tuple(clashes))


_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
_VOID = {"br", "hr", "img"}


def top_blocks(html: str) -> list[str]:
    """The outermost elements of cleaned HTML, in order; joined they are `html` again."""
    blocks, start, depth = [], 0, 0
    for tag in _TAG.finditer(html):
        if tag[2] not in _VOID:
            depth = max(depth + (-1 if tag[1] else 1), 0)
        if depth == 0:
            blocks.append(html[start : tag.end()])
            start = tag.end()
    if start < len(html):
        blocks.append(html[start:])
    return blocks


def _stretches(
    base: list[str], mine: list[str], theirs: list[str]
) -> Iterable[tuple[list[str], list[str], list[str]]]:
    """The three texts cut where all agree (the cut blocks stand in every part alike)."""
    in_mine = _places(_align(base, mine, _Budget()))
    in_theirs = _places(_align(base, theirs, _Budget()))
    b = m = t = 0
    for place in range(len(base)):
        if place in in_mine and place in in_theirs:
            m_end, t_end = in_mine[place], in_theirs[place]
            yield base[b:place], mine[m:m_end], theirs[t:t_end]
            yield [base[place]], [base[place]], [base[place]]
            b, m, t = place + 1, m_end + 1, t_end + 1
    yield base[b:], mine[m:], theirs[t:]


def _places(matches: Iterable[_Match]) -> dict[int, int]:
    return {i + n: j + n for i, j, length in matches for n in range(length)}


# -- comparing --------------------------------------------------------------------------------


@dataclass
class _Budget:
    """Steps that difflib may still take."""

    left: int = _BUDGET

    def allows(self, before: int, after: int) -> bool:
        cost = before * after
        if cost > self.left:
            return False
        self.left -= cost
        return True


@dataclass
class _Writer:
    """Writes rows and counts words."""

    budget: _Budget = field(default_factory=_Budget)
    rows: list[Row] = field(default_factory=list)
    added: int = 0
    removed: int = 0

    def same(self, block: Block) -> None:
        html = _whole(block)
        self.rows.append(Row(html, html, html, same=True))

    def gone(self, block: Block) -> None:
        self.removed += sum(map(len, block.cells))
        html = _html(block, [_marked("del", words) for words in block.cells])
        self.rows.append(Row(html, "", html, same=False))

    def new(self, block: Block) -> None:
        self.added += sum(map(len, block.cells))
        html = _html(block, [_marked("ins", words) for words in block.cells])
        self.rows.append(Row("", html, html, same=False))

    def changed(self, old: Block, new: Block) -> None:
        if old.kind != new.kind or old.shape != new.shape:
            self.gone(old)
            self.new(new)
            return
        cells = [self.words(a, b) for a, b in zip(old.cells, new.cells, strict=True)]
        self.rows.append(
            Row(
                _html(old, [cell[0] for cell in cells]),
                _html(new, [cell[1] for cell in cells]),
                _html(new, [cell[2] for cell in cells]),
                same=False,
            )
        )

    def words(self, old: Sequence[Word], new: Sequence[Word]) -> tuple[str, str, str]:
        """Words before, after, and both in one, marked."""
        before: list[str] = []
        after: list[str] = []
        both: list[str] = []
        i = j = 0
        for start_i, start_j, length in [
            # A space after a word is no part of it.
            *_align([*map(str.rstrip, old)], [*map(str.rstrip, new)], self.budget),
            (len(old), len(new), 0),
        ]:
            self.removed += start_i - i
            self.added += start_j - j
            deleted, inserted = _marked("del", old[i:start_i]), _marked("ins", new[j:start_j])
            kept, found = old[start_i : start_i + length], new[start_j : start_j + length]
            before += (deleted, *kept)
            after += (inserted, *found)
            both += (
                deleted,
                inserted,
                *(max(pair, key=len) for pair in zip(kept, found, strict=True)),
            )
            i, j = start_i + length, start_j + length
        return "".join(before), "".join(after), "".join(both)

    def replaced(self, old: Sequence[Block], new: Sequence[Block]) -> None:
        """Blocks between equal ones: those alike are versions of each other."""
        if max(len(old), len(new)) > _PLACED_MAX:
            for block in old:
                self.gone(block)
            for block in new:
                self.new(block)
            return
        i = j = 0
        for start_i, start_j in [*_pairs(old, new, self.budget), (len(old), len(new))]:
            for block in old[i:start_i]:
                self.gone(block)
            for block in new[j:start_j]:
                self.new(block)
            if start_i < len(old):
                self.changed(old[start_i], new[start_j])
            i, j = start_i + 1, start_j + 1


def _compared(before: list[Block], after: list[Block]) -> Comparison:
    writer = _Writer()
    i = j = 0
    for start_i, start_j, length in [
        *_align([*map(_whole, before)], [*map(_whole, after)], writer.budget),
        (len(before), len(after), 0),
    ]:
        writer.replaced(before[i:start_i], after[j:start_j])
        for block in after[start_j : start_j + length]:
            writer.same(block)
        i, j = start_i + length, start_j + length
    return Comparison(tuple(writer.rows), writer.added, writer.removed)


def _pairs(old: Sequence[Block], new: Sequence[Block], budget: _Budget) -> list[tuple[int, int]]:
    """Places of blocks that are versions of each other, in order in both."""
    if len(old) > _PAIRED_MAX or len(new) > _PAIRED_MAX:
        return [(n, n) for n in range(min(len(old), len(new)))]
    words = [
        [Counter(word.rstrip() for cell in b.cells for word in cell) for b in side]
        for side in (old, new)
    ]
    size = sum(len(counter) for side in words for counter in side)
    if not budget.allows(size, max(len(old), len(new))):
        return [(n, n) for n in range(min(len(old), len(new)))]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_alike(a, b) for b in words[1]] for a in words[0]]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if alike[i][j] >= _ALIKE and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _alike(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


# -- aligning ---------------------------------------------------------------------------------


def _align(before: Sequence[str], after: Sequence[str], budget: _Budget) -> list[_Match]:
    """Equal stretches, in order in both. Unique things anchor the rest (patience)."""
    start = 0
    shorter = min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    matches = [(0, 0, start)] if start else []
    a_end, b_end = len(before) - end, len(after) - end
    i = j = start
    for anchor_i, anchor_j in [*_anchors(before, after, start, a_end, b_end), (a_end, b_end)]:
        if anchor_i < i or anchor_j < j:
            continue
        if budget.allows(anchor_i - i, anchor_j - j):
            matcher = SequenceMatcher(None, before[i:anchor_i], after[j:anchor_j], autojunk=False)
            matches += (
                (i + a, j + b, size) for a, b, size in matcher.get_matching_blocks() if size
            )
        if anchor_i < a_end and anchor_j < b_end:
            matches.append((anchor_i, anchor_j, 1))
        i, j = anchor_i + 1, anchor_j + 1
    if end:
        matches.append((a_end, b_end, end))
    return matches


def _anchors(
    before: Sequence[str], after: Sequence[str], start: int, a_end: int, b_end: int
) -> list[tuple[int, int]]:
    """What stands once in both, as far as the order is the same: the longest such run."""
    seen_a, seen_b = Counter(before[start:a_end]), Counter(after[start:b_end])
    place_b = {after[j]: j for j in range(start, b_end) if seen_b[after[j]] == 1}
    unique = [
        (i, place_b[before[i]])
        for i in range(start, a_end)
        if seen_a[before[i]] == 1 and before[i] in place_b
    ]
    tails: list[int] = []
    tail_of: list[int] = []
    previous: list[int] = []
    for number, (_, j) in enumerate(unique):
        length = bisect_left(tails, j)
        previous.append(tail_of[length - 1] if length else -1)
        tails[length : length + 1] = [j]
        tail_of[length : length + 1] = [number]
    chain, number = [], tail_of[-1] if tail_of else -1
    while number >= 0:
        chain.append(unique[number])
        number = previous[number]
    return chain[::-1]


# -- writing ----------------------------------------------------------------------------------


def _whole(block: Block) -> str:
    """The block without marks; blocks that write the same are the same."""
    return _html(block, ["".join(words) for words in block.cells])


def _marked(element: str, words: Sequence[Word]) -> str:
    inside = "".join(words)
    return f"<{element}>{inside}</{element}>" if words else ""


def _html(block: Block, cells: list[str]) -> str:
    """The block around its cells' HTML."""
    if block.kind == "table":
        rows, place = [], 0
        for width in block.shape:
            row = "".join(f"<td>{cell}</td>" for cell in cells[place : place + width])
            rows.append(f"<tr>{row}</tr>")
            place += width
        return f"<table><tbody>{''.join(rows)}</tbody></table>"
    inside = "".join(cells)
    if block.kind == "hr":
        return f"<p>{inside}</p>"
    if block.kind == "li":
        return f"<ul><li>{inside}</li></ul>"
    if block.kind == "blockquote":
        return f"<blockquote><p>{inside}</p></blockquote>"
    return f"<{block.kind}>{inside}</{block.kind}>" if block.kind in _KINDS else f"<p>{inside}</p>"


_KINDS = {"p", "h2", "h3", "h4"}

__all__ = ["Comparison", "Merge", "Row", "compare", "compare_plain", "merge"]
