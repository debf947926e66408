"""Figures of runs under load: medians, ratios within a round, and the table of all lanes."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from bench.lanes import BARE, Results
from bench.serving import Run


def typical(runs: list[Run], figure: Callable[[Run], float]) -> float:
    return median(figure(run) for run in runs)


def ratios(results: Results, name: str, other: str, figure: Callable[[Run], float]) -> list[float]:
    """What one lane is of another, each in the same round."""
    pairs = zip(results[name], results[other], strict=True)
    return [figure(run) / figure(beside) for run, beside in pairs]


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
            f"| {name} | {median(rates):,.0f} | {median(ratios(results, name, BARE, rate)):.2f}"
            f" | {rates[0]:,.0f}–{rates[-1]:,.0f} | {typical(runs, lambda run: run.p50_ms):.2f}"
            f" | {p99(results, name):.2f} | {typical(runs, cpu):.0f}"
            f" | {sum(run.failures for run in runs)} |"
        )
    return lines
