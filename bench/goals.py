"""A number to reach: what was measured, what was wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A measured number beside its goal."""

    name: str
    measured: float
    goal: float
    reached: bool
    sign: str
    unit: str = ""

    @staticmethod
    def table(goals: Iterable[Goal]) -> list[str]:
        lines = ["| | measured | goal | |", "|---|---|---|---|"]
        for goal in goals:
            verdict = "reached" if goal.reached else "**missed**"
            lines.append(
                f"| {goal.name} | {goal.measured:,.3g}{goal.unit}"
                f" | {goal.sign} {goal.goal:g}{goal.unit} | {verdict} |"
            )
        return lines


def at_least(name: str, measured: float, goal: float, unit: str = "") -> Goal:
    return Goal(name, measured, goal, measured >= goal, "≥", unit)


def at_most(name: str, measured: float, goal: float, unit: str = "") -> Goal:
    return Goal(name, measured, goal, measured <= goal, "≤", unit)
