"""Why the rate of one and the same server jumps from run to run: each run by itself."""

from __future__ import annotations

from contextlib import ExitStack

from bench.lanes import ARTICLE, BARE, Lane, Results, Site, load
from bench.serving import OWN, THREADS, gunicorn

SWING = (
    ("as configured", OWN, THREADS, ()),
    ("gthread", "gthread", THREADS, ()),
    ("gthread, workers on any core", "gthread", THREADS, ("--config", "bench/any_core.py")),
    ("gthread, one thread", "gthread", 1, ()),
    ("gthread, a socket for each worker", "gthread", THREADS, ("--reuse-port",)),
    ("sync", "sync", 1, ()),
)


def report(site: Site, rounds: int, seconds: int, connections: int) -> list[str]:
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
        for _ in range(rounds):
            load(results, lanes, seconds, connections)
    for name, runs in results.items():
        for run in sorted(runs, key=lambda run: run.rate):
            held = " + ".join(map(str, run.connections))
            busy = " + ".join(f"{100 * used / seconds:.0f} %" for used in run.busy)
            lines.append(
                f"| {name} | {run.rate:,.0f} | {held} | {busy} | {run.cpu_us:.0f}"
                f" | {run.switches / max(run.requests, 1):.2f} |"
            )
    return [*lines, ""]
