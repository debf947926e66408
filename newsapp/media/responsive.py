"""Stored HTML as pages show it: each picture with the sizes that lie beside it."""

from __future__ import annotations

import re

from newsapp.media.names import pixels, renditions

# The width of a text column: --measure in site.css.
_COLUMN = "41rem"
# The cleaner writes attributes in double quotes and lets no bare quote through, so that a tag ends
# where this says. Possessive, so that even other text is read once.
_TAG = re.compile(r'<img\b((?:[^"<>]++|"[^"]*+")*)>')
_SOURCE = re.compile(r'\ssrc="/media/([^"]*)"')
_WIDTH = re.compile(r'\swidth="(\d{1,5})"')


def responsive(html: str, at_once: int = 1) -> str:
    """``html``, a fixed point of the cleaner, with each ``<img>`` of this site that has renditions
    inside of a ``<picture>`` that offers them.

    Pixels that a tag does not say are added, so that nothing jumps. The first ``at_once`` pictures
    are loaded with the page, the very first before anything else; the others when they come near.
    Linear; pictures whose name tells nothing stay as they are.
    """
    seen = 0

    def shown(tag: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        source = _SOURCE.search(tag[1])
        size = pixels(source[1]) if source else None
        if source is None or size is None:
            return tag[0]
        attributes = tag[1].rstrip(" /")
        given = _WIDTH.search(attributes)
        if given is None:
            attributes += f' width="{size[0]}" height="{size[1]}"'
        if seen > at_once:
            attributes += ' loading="lazy" decoding="async"'
        elif seen == 1:
            attributes += ' fetchpriority="high"'
        image = f"<img{attributes}>"
        offered = ", ".join(f"/media/{r.path} {r.width}w" for r in renditions(source[1]))
        if not offered:
            return image
        sizes = f"min({given[1] if given else size[0]}px, {_COLUMN}, 100vw)"
        return (
            f'<picture><source type="image/webp" srcset="{offered}" sizes="{sizes}">'
            f"{image}</picture>"
        )

    return _TAG.sub(shown, html)
