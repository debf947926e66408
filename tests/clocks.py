"""A clock of the server's own that can be set while it runs, by libfaketime."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
AHEAD, BACK, RIGHT = "+365d", "-1h", "+0"


@dataclass(frozen=True)
class Clock:
    """``file`` says how far the clock is off; what is set holds from the next look at it on.

    The monotonic clock and the times of files stay true, as they do when an operator or NTP sets a
    machine's clock.
    """

    file: Path

    def set(self, apart: str) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{apart}\n", encoding="ascii")
        draft.replace(self.file)

    def variables(self) -> dict[str, str]:
        """For the environment of the server, which starts with the right time."""
        self.set(RIGHT)
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
