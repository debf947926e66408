"""The tables in bench/README.md: what stands over them, and how they come into their places."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.serving import NGINX, THREADS, WORKERS

README = Path(__file__).with_name("README.md")


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
