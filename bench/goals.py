"""A number to reach: what was measured, what was wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, stdev


@dataclass(frozen=True)
class Goal:
    """A measured number beside its goal; ``error`` is its standard error, 0 where it is not known."""

    name: str
    measured: float
    goal: float
    reached: bool
    sign: str
    unit: str = ""
    error: float = 0

    @staticmethod
    def table(goals: Iterable[Goal]) -> list[str]:
        lines = ["| | measured | goal | |", "|---|---|---|---|"]
        for goal in goals:
            verdict = "reached" if goal.reached else "**missed**"
            error = f" ± {goal.error:.2g}" if goal.error else ""
            lines.append(
                f"| {goal.name} | {goal.measured:,.3g}{error}{goal.unit}"
                f" | {goal.sign} {goal.goal:g}{goal.unit} | {verdict} |"
            )
        return lines


def at_least(name: str, measured: float | Sequence[float], goal: float, unit: str = "") -> Goal:
    value, error = _typical(measured)
    return Goal(name, value, goal, value >= goal, "≥", unit, error)


def at_most(name: str, measured: float | Sequence[float], goal: float, unit: str = "") -> Goal:
    value, error = _typical(measured)
    return Goal(name, value, goal, value <= goal, "≤", unit, error)


def _typical(measured: float | Sequence[float]) -> tuple[float, float]:
    """The median of several measurements, and its standard error as if they varied normally."""
    if isinstance(measured, int | float):
        return measured, 0
    return median(measured), 1.25 * stdev(measured) / len(measured) ** 0.5
