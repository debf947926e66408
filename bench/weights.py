"""What each public page of the demo site costs a new reader: bytes over the wire, by kind.

    python -m bench.weights [--save]

Real gunicorn, real Chromium; headers are counted, photographs are left out.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.goals import Goal, at_most
from bench.readme import save
from tests import gallery
from tests.browser.conftest import CHROMIUM
from tests.browser.test_weight import Wire

KINDS = ("HTML", "CSS", "fonts", "script")
SUFFIXES = {"css": "CSS", "woff2": "fonts", "js": "script"}
PHOTOGRAPHS = "/media/"


def weigh(browser: Browser, site: str, address: str) -> Counter[str]:
    """Bytes by kind, and how many ``requests`` they took, in a browser that knows nothing yet."""
    context = browser.new_context(base_url=site, locale="vi-VN")
    page = context.new_page()
    wire = Wire(page, site)
    page.goto(address, wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    context.close()
    weights: Counter[str] = Counter()
    for url, size in wire.sent.items():
        if url.startswith(PHOTOGRAPHS):
            continue
        path = url.partition("?")[0]
        kind = SUFFIXES.get(path.rpartition(".")[2], "other")
        weights["HTML" if url == address else kind] += size
        weights["requests"] += 1
    if not weights["HTML"]:
        raise RuntimeError(f"{address} sent nothing under its own address: {sorted(wire.sent)}")
    return weights


def together(weights: Counter[str]) -> int:
    return weights.total() - weights["requests"]


def report(weighed: dict[str, Counter[str]]) -> Iterator[str]:
    yield f"{datetime.now(UTC):%-d %B %Y}. Bytes."
    yield ""
    yield f"| | {' | '.join(KINDS)} | other | together | requests |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, one in weighed.items():
        figures = [one[kind] for kind in (*KINDS, "other")]
        row = " | ".join(f"{figure:,}" for figure in (*figures, together(one), one["requests"]))
        yield f"| {name} | {row} |"
    yield ""
    every = weighed.values()
    yield from Goal.table(
        [
            at_most("script, most", max(one["script"] for one in every) / 1000, 8, " KB"),
            at_most("together, most", max(together(one) for one in every) / 1000, 60, " KB"),
            at_most("requests, most", max(one["requests"] for one in every), 5),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--save", action="store_true")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as data,
        gallery.demo_site(Path(data)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        weighed = {
            name: weigh(browser, server.address, address)
            for name, address in gallery.public(server.address).items()
            # Staff's; the news site's own pages are weighed.
            if name != "sign-in"
        }
    lines = list(report(weighed))
    print("\n".join(lines))
    if chosen.save:
        save("weights", lines, "bench.weights")


if __name__ == "__main__":
    main()
