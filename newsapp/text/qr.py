"""QR codes as SVG."""

from __future__ import annotations


def qr_svg(content: str, *, error: str = "l", **look: object) -> str:
    """An SVG element that telephones read. ``error`` is the least correction (l, m, q, h), ``look``
    what segno's ``svg_inline`` takes."""
    # Loaded here: most processes never draw one.
    import segno

    drawn: str = segno.make(content, error=error, micro=False).svg_inline(**look)
    return drawn
