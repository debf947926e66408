"""How fast the site is, beside the least that a server can do: tables of ratios.

    python -m bench.speed [--seconds 4] [--rounds 6] [--workers sync own]
                          [--connections 2 32] [--save]
    python -m bench.speed --swing [--rounds 10] [--save]
    python -m bench.speed --growth 1000 10000 100000 1000000 --keep DIR [--save]

Starts the baselines (bench/baselines.py) and the site with its demo content under gunicorn, all
with the same worker class and gunicorn.conf.py, and nginx; lets wrk load them in turns, round
after round, each time started anew; prints medians. What a goal is set for is loaded three times as
often, by itself. The figures mean something only while the machine does nothing else.

``--swing`` shows instead why the rate of one and the same server jumps (bench/swing.py), and
``--growth`` how pages slow down as the archive grows (bench/growth.py). ``--save`` puts what was
printed into its place in bench/README.md.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import growth, swing
from bench.figures import cpu, p99, rate, ratios, table
from bench.goals import Goal, at_least, at_most
from bench.lanes import (
    ARTICLE,
    BARE,
    COMPRESSED,
    ROUTE,
    UNCACHED,
    UNCOUNTED,
    VIEW,
    Results,
    Site,
    alternate,
    editor,
    load,
    prepare,
    start,
    visits,
)
from bench.readme import machine, save
from bench.serving import OWN, WORKERS

CONNECTIONS = 8
# Lanes that also run with other numbers of connections.
MAIN_LANES = (BARE, ROUTE, ARTICLE)
# Lanes whose ratios are held against goals, and how much more often they run for it: a start makes
# a server faster or slower by some hundredths.
COMPARED = (BARE, ARTICLE, UNCOUNTED, ROUTE, VIEW, UNCACHED)
OFTEN = 3
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

    ``compared`` are the lanes with goals alone, ``memory`` is the PSS of master and workers in
    bytes, ``counted`` the visits that the site booked for ``answered`` requests.
    """

    results: Results
    compared: Results
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
    turns = site, worker_class, plan.rounds, plan.seconds
    results = alternate(*turns, CONNECTIONS)
    compared = alternate(
        site, worker_class, plan.rounds * OFTEN, plan.seconds, CONNECTIONS, COMPARED
    )
    others = {n: alternate(*turns, n, MAIN_LANES) for n in plan.connections}
    with editor(site, own) as saves:
        disturbed = alternate(*turns, CONNECTIONS, (BARE, ARTICLE))
    counted = visits(own) - before
    own_lanes = lanes_of_site(site)
    tables = [
        (results, CONNECTIONS),
        (compared, CONNECTIONS),
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
        compared,
        others,
        disturbed,
        len(saves),
        {name: weigh(site, name, worker_class, plan) for name in WEIGHED},
        counted,
        # each run is preceded by one request that looks whether the page is there, and each start
        # by one that looks whether the server is
        sum(run.answered + 1 for run, _ in runs) + sum(len(table[ARTICLE]) for table, _ in tables),
        # warm-up and run each end with as many requests under way as there are connections
        sum(2 * connections for _, connections in runs),
    )


def lanes_of_site(site: Site) -> set[str]:
    """The lanes of the site as it is configured."""
    return {COMPRESSED, *site.addresses}


def weigh(site: Site, name: str, worker_class: str, plan: Plan) -> list[int]:
    """PSS of a server's master and workers after load. It runs alone: what it would share with
    the other servers must not look like less."""
    names = lanes_of_site(site) if name == ARTICLE else {name}
    with ExitStack() as stack:
        lanes = start(site, worker_class, stack, names)
        load({}, lanes, plan.seconds, CONNECTIONS)
        return lanes[0].server.pss()


def goals(site: Site, found: Found) -> list[Goal]:
    """The numbers that the site has to reach, as far as this run tells them."""
    slowest = p99(found.disturbed, ARTICLE)
    every = [*found.results.values(), *found.compared.values(), *found.disturbed.values()]
    every += [runs for results in found.others.values() for runs in results.values()]
    failed = sum(run.failures for runs in every for run in runs)
    counting = found.compared, ARTICLE, UNCOUNTED
    return [
        at_least(
            "cached article ÷ bare WSGI callable",
            ratios(found.compared, ARTICLE, BARE, rate),
            0.90,
        ),
        at_least(
            "cached article ÷ bare Flask route",
            ratios(found.compared, ARTICLE, ROUTE, rate),
            1.2,
        ),
        at_most(
            "cost of counting, by rate",
            [100 * (1 - of) for of in ratios(*counting, rate)],
            3,
            unit=" %",
        ),
        at_most(
            "cost of counting, by processor time",
            [100 * (of - 1) for of in ratios(*counting, cpu)],
            3,
            unit=" %",
        ),
        at_most("p99 with an editor ÷ bare callable's p99", slowest / p99(found.results, BARE), 3),
        at_most(
            "the same, bare callable with the editor too",
            slowest / p99(found.disturbed, BARE),
            3,
        ),
        at_least(
            "uncached article ÷ Flask view, four ORM queries",
            ratios(found.compared, UNCACHED, VIEW, rate),
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
        f"#### {worker_class}, {CONNECTIONS} connections, what goals are set for"
        f" ({plan.rounds * OFTEN} rounds)",
        "",
        *table(found.compared),
        "",
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
                lines += swing.report(site, plan.rounds, plan.seconds, CONNECTIONS)
            else:
                for worker_class in chosen.workers:
                    lines += report(site, worker_class, plan)
    print("\n".join(lines))
    if chosen.save:
        save(part, lines)


if __name__ == "__main__":
    main()
