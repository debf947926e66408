"""How fast the site is, beside the least that a server can do: tables of ratios.

    python -m bench.speed [--seconds 4] [--rounds 5] [--workers sync own]
                          [--connections 2 32] [--save]
    python -m bench.speed --swing [--rounds 10] [--save]
    python -m bench.speed --growth 1000 10000 100000 1000000 --keep DIR [--save]

Starts the baselines (bench/baselines.py) and the site with its demo content under gunicorn, all
with the same worker class and gunicorn.conf.py, and nginx; lets wrk load them in turns, round
after round, each time started anew; prints medians. The figures mean something only while the
machine does nothing else.

``--swing`` shows instead why the rate of one and the same server jumps from run to run, and
``--growth`` how pages slow down as the archive grows (bench/growth.py). ``--save`` puts what was
printed into its place in bench/README.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import tempfile
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench import growth
from bench.goals import Goal, at_least, at_most
from bench.lanes import (
    ARTICLE,
    BARE,
    COMPRESSED,
    ROUTE,
    UNCACHED,
    UNCOUNTED,
    VIEW,
    Lane,
    Results,
    Site,
    editor,
    load,
    prepare,
    start,
    visits,
)
from bench.serving import NGINX, OWN, THREADS, WORKERS, Run, gunicorn

README = Path(__file__).with_name("README.md")
CONNECTIONS = 8
# Lanes that also run with other numbers of connections.
MAIN_LANES = (BARE, ROUTE, ARTICLE)
WEIGHED = (BARE, VIEW, ARTICLE)
MEGABYTE = 1_000_000
KILOBYTE = 1_000


@dataclass(frozen=True)
class Plan:
    """How long and how often."""

    seconds: int
    rounds: int
    connections: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """Everything measured under one worker class.

    ``memory`` is the PSS of master and workers in bytes, ``counted`` the visits that the site
    booked for ``answered`` requests.
    """

    results: Results
    others: dict[int, Results]
    disturbed: Results
    saves: int
    memory: dict[str, list[int]]
    counted: int
    answered: int
    cut_off: int


def measure_all(site: Site, worker_class: str, plan: Plan) -> Found:
    own = site.variables(f"{worker_class}-cached")
    before = visits(own)
    results = alternate(site, worker_class, plan)
    others = {n: alternate(site, worker_class, plan, MAIN_LANES, n) for n in plan.connections}
    with editor(site, own) as saves:
        disturbed = alternate(site, worker_class, plan, (BARE, ARTICLE))
    counted = visits(own) - before
    own_lanes = {ARTICLE, COMPRESSED, *site.addresses}
    tables = [
        (results, CONNECTIONS),
        (disturbed, CONNECTIONS),
        *((t, n) for n, t in others.items()),
    ]
    runs = [
        (run, connections)
        for table, connections in tables
        for name, found in table.items()
        if name in own_lanes
        for run in found
    ]
    return Found(
        results,
        others,
        disturbed,
        len(saves),
        {name: weigh(site, name, worker_class, plan) for name in WEIGHED},
        counted,
        # each run is preceded by one request that looks whether the page is there, and each start
        # by one that looks whether the server is
        sum(run.answered + 1 for run, _ in runs) + plan.rounds * len(tables),
        # warm-up and run each end with as many requests under way as there are connections
        sum(2 * connections for _, connections in runs),
    )


def alternate(
    site: Site,
    worker_class: str,
    plan: Plan,
    names: Collection[str] = (),
    connections: int = CONNECTIONS,
) -> Results:
    """Load all lanes, or those that are named, round after round, each time with all servers anew:
    where the memory of a process happens to lie makes it faster or slower by some hundredths as
    long as it lives. Every other round goes backwards, so that no lane is always the first."""
    results: Results = {}
    for number in range(plan.rounds):
        with ExitStack() as stack:
            lanes = start(site, worker_class, stack)
            chosen = [lane for lane in lanes if not names or lane.name in names]
            order = reversed(chosen) if number % 2 else chosen
            load(results, order, plan.seconds, connections)
    return results


def weigh(site: Site, name: str, worker_class: str, plan: Plan) -> list[int]:
    """PSS of a server's master and workers after load. It runs alone: what it would share with
    the other servers must not look like less."""
    with ExitStack() as stack:
        lanes = start(site, worker_class, stack, only=name)
        load({}, lanes, plan.seconds, CONNECTIONS)
        return lanes[0].server.pss()


def typical(runs: list[Run], figure: Callable[[Run], float]) -> float:
    return median(figure(run) for run in runs)


def ratio(results: Results, name: str, other: str, figure: Callable[[Run], float]) -> float:
    """Median of what one lane is of another, each in the same round."""
    pairs = zip(results[name], results[other], strict=True)
    return median(figure(run) / figure(beside) for run, beside in pairs)


def rate(run: Run) -> float:
    """Requests per second."""
    return run.rate


def cpu(run: Run) -> float:
    """Microseconds of processor time for a request."""
    return run.cpu_us


def p99(results: Results, name: str) -> float:
    return typical(results[name], lambda run: run.p99_ms)


def table(results: Results) -> list[str]:
    lines = [
        "| | requests/s | of bare | lowest–highest | p50 ms | p99 ms | CPU µs | failed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, runs in results.items():
        rates = sorted(run.rate for run in runs)
        lines.append(
            f"| {name} | {median(rates):,.0f} | {ratio(results, name, BARE, rate):.2f}"
            f" | {rates[0]:,.0f}–{rates[-1]:,.0f} | {typical(runs, lambda run: run.p50_ms):.2f}"
            f" | {p99(results, name):.2f} | {typical(runs, cpu):.0f}"
            f" | {sum(run.failures for run in runs)} |"
        )
    return lines


def goals(site: Site, found: Found) -> list[Goal]:
    """The numbers that the site has to reach, as far as this run tells them."""
    results = found.results
    slowest = p99(found.disturbed, ARTICLE)
    every = [*results.values(), *found.disturbed.values()]
    every += [runs for results in found.others.values() for runs in results.values()]
    failed = sum(run.failures for runs in every for run in runs)
    return [
        at_least("cached article ÷ bare WSGI callable", ratio(results, ARTICLE, BARE, rate), 0.90),
        at_least("cached article ÷ bare Flask route", ratio(results, ARTICLE, ROUTE, rate), 1.2),
        at_most(
            "cost of counting, by rate",
            100 * (1 - ratio(results, ARTICLE, UNCOUNTED, rate)),
            3,
            unit=" %",
        ),
        at_most(
            "cost of counting, by processor time",
            100 * (ratio(results, ARTICLE, UNCOUNTED, cpu) - 1),
            3,
            unit=" %",
        ),
        at_most("p99 with an editor ÷ bare callable's p99", slowest / p99(results, BARE), 3),
        at_most(
            "the same, bare callable with the editor too",
            slowest / p99(found.disturbed, BARE),
            3,
        ),
        at_least(
            "uncached article ÷ Flask view, four ORM queries",
            ratio(results, UNCACHED, VIEW, rate),
            0.9,
        ),
        at_most(
            f"master and {WORKERS} workers after load, PSS",
            sum(found.memory[ARTICLE]) / MEGABYTE,
            130,
            unit=" MB",
        ),
        at_most("article's HTML, compressed", site.gzip_bytes / KILOBYTE, 12, unit=" KB"),
        at_most("failed requests", failed, 0),
        # Too few is a lost visit, too many is one counted twice.
        at_most("visits missing", max(found.answered - found.counted, 0), 0),
        at_most("visits too many", max(found.counted - found.answered - found.cut_off, 0), 0),
    ]


def report(site: Site, worker_class: str, plan: Plan) -> list[str]:
    """Everything about one worker class, as lines of Markdown."""
    found = measure_all(site, worker_class, plan)
    lines = [f"#### {worker_class}, {CONNECTIONS} connections", "", *table(found.results), ""]
    for connections, results in found.others.items():
        lines += [f"#### {worker_class}, {connections} connections", "", *table(results), ""]
    lines += [
        f"#### {worker_class}, {CONNECTIONS} connections, one editor saving every second"
        f" ({found.saves} saves)",
        "",
        *table(found.disturbed),
        "",
        f"#### {worker_class}, memory after load (PSS, MB)",
        "",
        "| | master | workers | together |",
        "|---|---|---|---|",
    ]
    for name, (master, *workers) in found.memory.items():
        each = " + ".join(f"{worker / MEGABYTE:.1f}" for worker in workers)
        total = (master + sum(workers)) / MEGABYTE
        lines.append(f"| {name} | {master / MEGABYTE:.1f} | {each} | {total:.1f} |")
    lines += [
        "",
        f"Visits booked: {found.counted:,}, for {found.answered:,} requests that wrk saw answered"
        f" and up to {found.cut_off:,} under way when it stopped.",
        "",
        f"#### {worker_class}, numbers to reach",
        "",
        *Goal.table(goals(site, found)),
        "",
    ]
    return lines


SWING = (
    ("as configured", OWN, THREADS, ()),
    ("gthread", "gthread", THREADS, ()),
    ("gthread, workers on any core", "gthread", THREADS, ("--config", "bench/any_core.py")),
    ("gthread, one thread", "gthread", 1, ()),
    ("gthread, a socket for each worker", "gthread", THREADS, ("--reuse-port",)),
    ("sync", "sync", 1, ()),
)


def swing(site: Site, plan: Plan) -> list[str]:
    """Each run of the same server: how the connections lay, and what became of it."""
    lines = [
        "| | | requests/s | connections | CPU of each worker | CPU µs | waits for each request |",
        "|---|---|---|---|---|---|---|",
    ]
    lanes = []
    with ExitStack() as stack:
        for number, (title, worker_class, threads, options) in enumerate(SWING):
            for name, app, variables in (
                (BARE, "bench.baselines:bare", site.baseline()),
                (ARTICLE, "wsgi:app", site.variables(f"swing-{number}")),
            ):
                server = stack.enter_context(
                    gunicorn(app, worker_class, variables, threads=threads, options=options)
                )
                lanes.append(Lane(f"{title} | {name}", server, site.addresses[ARTICLE]))
        results: Results = {}
        for _ in range(plan.rounds):
            load(results, lanes, plan.seconds, CONNECTIONS)
    for name, runs in results.items():
        for run in sorted(runs, key=lambda run: run.rate):
            held = " + ".join(map(str, run.connections))
            busy = " + ".join(f"{100 * seconds / plan.seconds:.0f} %" for seconds in run.busy)
            lines.append(
                f"| {name} | {run.rate:,.0f} | {held} | {busy} | {run.cpu_us:.0f}"
                f" | {run.switches / max(run.requests, 1):.2f} |"
            )
    return [*lines, ""]


def machine() -> str:
    """The machine in one sentence, and what else it was doing."""
    model = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    said = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=False).stderr
    return (
        f"{datetime.now(UTC):%-d %B %Y, %H:%M} UTC, {os.cpu_count()} cores of"
        f" {model[0] if model else platform.machine()}, {memory:.0f} GB, Linux"
        f" {platform.release()}, Python {platform.python_version()}, gunicorn"
        f" {version('gunicorn')} with {WORKERS} workers of {THREADS} threads,"
        f" {said.strip().rpartition(' ')[2].replace('/', ' ')}; load before it"
        f" {os.getloadavg()[0]:.1f}."
    )


def save(part: str, lines: list[str], by: str = "bench.speed") -> None:
    """Put the lines between the marks of their part in README.md; ``by`` names the program."""
    text = README.read_text()
    mark, end = f"<!-- {by}: {part} -->", f"<!-- end of {part} -->"
    if mark not in text or end not in text:
        raise RuntimeError(f"README.md has no place for {part}")
    before, _, rest = text.partition(mark)
    _, _, after = rest.partition(end)
    body = "\n".join(lines).strip()
    README.write_text(f"{before}{mark}\n\n{body}\n\n{end}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--workers", nargs="+", default=["sync", OWN])
    parser.add_argument("--connections", nargs="*", type=int, default=[])
    parser.add_argument("--swing", action="store_true")
    parser.add_argument("--growth", nargs="+", type=int, metavar="ARTICLES")
    parser.add_argument(
        "--distinct", type=int, default=2_000, help="articles with texts of their own"
    )
    parser.add_argument("--keep", type=Path, help="where the grown sites are and stay")
    parser.add_argument("--save", action="store_true")
    chosen = parser.parse_args()
    plan = Plan(chosen.seconds, chosen.rounds, tuple(chosen.connections))
    part = "growth" if chosen.growth else "swing" if chosen.swing else "speed"
    lines = [machine(), ""]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.growth:
            kept = chosen.keep or folder
            lines += growth.report(
                chosen.growth, chosen.distinct, kept, chosen.rounds, chosen.workers[-1]
            )
        else:
            site = prepare(folder)
            lines += [
                f"The article's page has {len(site.page.body):,} bytes"
                f" ({site.gzip_bytes:,} when asked for gzip); medians of {plan.rounds} rounds of"
                f" {plan.seconds} s.",
                "",
            ]
            if chosen.swing:
                lines += swing(site, plan)
            else:
                for worker_class in chosen.workers:
                    lines += report(site, worker_class, plan)
    print("\n".join(lines))
    if chosen.save:
        save(part, lines)


if __name__ == "__main__":
    main()
