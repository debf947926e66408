"""What can be a Vietnamese syllable: its letters, not its meaning."""

# ruff: noqa: SIM905 - a long list of syllables reads better as one string

import re
import unicodedata

_ONSETS = "b|ch|c|d|đ|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x|"
_OPEN = (
    "a ai am an ang anh ao au ay ăm ăn ăng âm ân âng âu ây e em en eng eo ê êm ên ênh êu i ia iêm"
    " iên iêng iêu im in inh iu y yêm yên yêng yêu o oa oai oam oan oang oanh oao oay oăm oăn"
    " oăng oe oen oeo oi om on ong oong ô ôi ôm ôn ông ơ ơi ơm ơn u ua ui um un ung uân uâng uây"
    " uê uên uênh uêu uơ uôi uôm uôn uông uy uya uyên uynh uyu ư ưa ưi ưng ưu ươi ươm ươn ương"
    " ươu ơng uyn êng ưn ynh"
).split()
# Before a stop a syllable has the tone sắc or nặng.
_STOPPED = (
    "ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich iêc iêp iêt ip it yêt oac oach oap oat"
    " oăc oăt oet oc op ot ooc ôc ôp ôt ơp ơt uc up ut uât uêch uôc uôt uych uyêt uyt uyp ưc ưt"
    " ươc ươp ươt ych yt yp"
).split()
_OPEN_SYLLABLE = re.compile(rf"(?:{_ONSETS})(?:{'|'.join(_OPEN)})")
_STOPPED_SYLLABLE = re.compile(rf"(?:{_ONSETS})(?:{'|'.join(_STOPPED)})")
# With the letter y alone only h, k, l, m, qu, s, t, v and no letter at all are written.
_NEVER_BEFORE_Y = re.compile("(?:b|ch|c|d|đ|gh|g|kh|ngh|ng|nh|n|ph|p|r|th|tr|x)y")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
_TONE_ON_CONSONANT = re.compile(f"[b-df-hj-np-tv-xzđ][{_TONES}]")
_LONGEST = 7  # nghiêng


def is_syllable(word: str) -> bool:
    """Whether `word`, in any case and tone placement, is spelt as a Vietnamese syllable can be.

    `nghiêng`, `hoà` and `Việt` are; `cafe` and `màt` are not. A tone is missed before a stop only
    in a word that has other marks, for people write `mat` for `mắt`. Loose on purpose: it lets
    through some syllables that no word has.
    """
    if len(word) > 3 * _LONGEST:
        return False
    spread = unicodedata.normalize("NFD", word.lower())
    tones = _TONE.findall(spread)
    if len(tones) > 1 or _TONE_ON_CONSONANT.search(spread):
        return False
    bare = unicodedata.normalize("NFC", _TONE.sub("", spread))
    if _NEVER_BEFORE_Y.fullmatch(bare):
        return False
    if _OPEN_SYLLABLE.fullmatch(bare):
        return True
    return bool(_STOPPED_SYLLABLE.fullmatch(bare)) and (
        tones in (["\u0301"], ["\u0323"]) or (not tones and bare.isascii())
    )
