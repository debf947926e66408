"""The systemd units, as far as they can be judged where systemd does not run."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live import BIN, ROOT

DEPLOY = ROOT / "deploy"
UNITS = ("newsapp.service", "newsapp.socket", "newsapp-backup.service", "newsapp-backup.timer")
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with the programs of this environment in the place of those of a server."""
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        text = text.replace("/opt/newsapp/.venv/bin", str(BIN))
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@needs_systemd
def test_systemd_understands_every_line(units: Path) -> None:
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", *(str(units / name) for name in UNITS)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr.strip()


@needs_systemd
@pytest.mark.parametrize("name", ["newsapp.service", "newsapp-backup.service"])
def test_a_service_is_shut_in(units: Path, name: str) -> None:
    """systemd's own score, from 0 (shut in) to 10; 2 and less is what it calls OK or better."""
    done = subprocess.run(
        [str(ANALYZE), "security", "--offline=true", "--no-pager", str(units / name)],
        capture_output=True,
        text=True,
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= 1.5


def test_the_files_agree_on_their_places() -> None:
    """What one file calls something, the others call the same."""
    texts = {
        path.name: path.read_text(encoding="utf-8") for path in DEPLOY.iterdir() if path.is_file()
    }
    assert "ListenStream=/run/newsapp.sock" in texts["newsapp.socket"]
    assert "server unix:/run/newsapp.sock" in texts["nginx.conf"]
    for name in ("newsapp.service", "newsapp-backup.service", "newsapp.sh"):
        assert "NEWSAPP_DATA_DIR=/var/lib/newsapp" in texts[name]
        assert "/etc/newsapp.env" in texts[name]
    guide = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for name in (*UNITS, "newsapp.sh", "newsapp.env", "nginx.conf"):
        assert f"deploy/{name}" in guide, name


def test_the_way_to_a_running_site_is_ten_commands() -> None:
    guide = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    assert len(guide.split("```")[1].strip().splitlines()) <= 10
