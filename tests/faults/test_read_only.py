"""A disk that lets nobody write for a while: saves keep their text, and all heals by itself."""

from __future__ import annotations

import pytest

from bench.faults import Skipped, one_fault


def test_a_disk_that_was_read_only_is_written_again_without_a_restart() -> None:
    try:
        row, fine = one_fault("read-only-anew")
    except Skipped as reason:
        pytest.skip(f"nothing can be mounted here: {reason}")
    assert fine, row
    assert "503 text kept" in row
    *_, restart, lost, _end = row.split("|")
    assert (restart.strip(), lost.strip()) == ("no", "0"), row
