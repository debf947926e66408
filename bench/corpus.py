"""Made-up Vietnamese articles for benchmarks: many words, real frequencies, real lengths.

How the text is made:

- Syllables: every onset, rime and tone that Vietnamese spelling allows (some 17,000), of which
  5,000 are drawn once, besides all those of the demo content.
- Words: the syllables and the neighbouring pairs of syllables of the demo content (forty articles
  of a ward office), each as often as it stands there; then 30,000 invented words of two syllables
  whose frequencies go on falling by Zipf's law from where the demo's words end.
- Sentences of 6 to 24 words, paragraphs of 3 to 6 sentences, titles of 5 to 11 words, a lead of
  about 200 bytes, a body of about 3.7 KB: together 4.1 KB. One article in ten has the number of a
  document in it.

The same seed makes the same articles.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from newsapp.text import syllables
from newsapp.transfer import demo_content

DRAWN_SYLLABLES = 5_000
INVENTED_WORDS = 30_000
LEAD_BYTES = 200
BODY_BYTES = 3_700
_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_VOWELS = "aăâeêioôơuưy"


@dataclass(frozen=True)
class Made:
    """An article: plain title and lead, body as HTML and as text."""

    title: str
    lead: str
    body: str
    text: str


def every_syllable() -> list[str]:
    """All syllables that Vietnamese spelling allows, in a fixed order."""
    onsets = syllables._ONSETS.split("|")
    open_ones = (
        onset + _toned(rime, tone)
        for onset in onsets
        for rime in syllables._OPEN
        for tone in _TONES
    )
    stopped = (
        onset + _toned(rime, tone)
        for onset in onsets
        for rime in syllables._STOPPED
        for tone in ("\u0301", "\u0323")
    )
    return [s for s in dict.fromkeys((*open_ones, *stopped)) if syllables.is_syllable(s)]


def _toned(rime: str, tone: str) -> str:
    """``rime`` with a tone on the vowel that bears it."""
    vowels = [place for place, letter in enumerate(rime) if letter in _VOWELS]
    marked = [place for place in vowels if rime[place] in "ăâêôơư"]
    if marked:
        place = marked[-1]
    elif len(vowels) == 1 or vowels[-1] < len(rime) - 1:
        place = vowels[-1]
    else:
        place = vowels[-2]
    return unicodedata.normalize("NFC", rime[: place + 1] + tone + rime[place + 1 :])


class Corpus:
    """An endless source of articles."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret is made of it
        counts: Counter[str] = Counter()
        for sentence in _demo_sentences():
            counts.update(sentence)
            counts.update(" ".join(pair) for pair in pairwise(sentence))
        ranked = counts.most_common()
        drawn = self.random.sample(every_syllable(), DRAWN_SYLLABLES)
        rarest = ranked[-1][1]
        start = len(ranked)
        invented = [" ".join(self.random.choices(drawn, k=2)) for _ in range(INVENTED_WORDS)]
        self.words = [word for word, _ in ranked] + invented
        tail = (3 * rarest * start / (start + place) for place in range(INVENTED_WORDS))
        self._weights = list(accumulate((*(count for _, count in ranked), *tail)))
        self.common = [word for word, _ in ranked if " " not in word][:50]

    def article(self) -> Made:
        """The next article."""
        paragraphs = list(self._paragraphs(BODY_BYTES))
        if self.random.random() < 0.1:
            number = f"{self.random.randint(1, 400)}/{self.random.choice(('KH', 'QĐ', 'TB'))}-UBND"
            paragraphs[0] += f" Theo văn bản số {number}."
        return Made(
            self._sentence(5, 11).rstrip("."),
            " ".join(self._paragraphs(LEAD_BYTES)),
            "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
            "\n".join(paragraphs),
        )

    def _paragraphs(self, size: int) -> Iterator[str]:
        left = size
        while left > 0:
            paragraph = ""
            for _ in range(self.random.randint(3, 6)):
                sentence = self._sentence(6, 24)
                paragraph += f" {sentence}" if paragraph else sentence
                left -= len(sentence.encode())
                if left <= 0:
                    break
            yield paragraph

    def _sentence(self, fewest: int, most: int) -> str:
        count = self.random.randint(fewest, most)
        text = " ".join(self.random.choices(self.words, cum_weights=self._weights, k=count))
        return text[0].upper() + text[1:] + "."


def _demo_sentences() -> Iterator[list[str]]:
    content = demo_content.load()
    for article in content.articles:
        text = re.sub(r"<[^>]+>", " . ", f"{article.title}. {article.lead}. {article.body}")
        for sentence in re.split(r"[.:;!?]", text.lower()):
            words = [w for w in re.findall(r"[^\W\d_]+", sentence) if syllables.is_syllable(w)]
            if len(words) > 1:
                yield words
