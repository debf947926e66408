"""Slow clients behind nginx: 200 unfinished headers and 100 unfinished bodies are held while a
reader comes each second, on a connection of its own.

    python -m bench.slow --seconds 60
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.deploy.behind import deployed
from tests.deploy.load import dawdling, probe


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--headers", type=int, default=200)
    parser.add_argument("--bodies", type=int, default=100)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        deployed(Path(folder)) as (front, _server),
        dawdling(front, given.headers, given.bodies) as crowd,
    ):
        tally = probe(front, "/", given.seconds)
        print(f"held at the end: {crowd.held()}; opened in all: {crowd.opened}")
    print(f"answers by status: {tally.statuses}; slowest: {tally.slowest * 1000:.0f} ms")
    return 1 if tally.bad or tally.slowest >= 1 else 0


if __name__ == "__main__":
    sys.exit(main())
