"""The real site: gunicorn with its own configuration, on a free port, in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ADMIN_PASSWORD = "mat khau quan tri"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Server:
    """A running site; ``address`` has no slash at its end."""

    address: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def workers(self) -> list[int]:
        """Process numbers of gunicorn's workers, oldest first."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return sorted(int(number) for number in listed.split())

    def kill_worker(self) -> int:
        """``kill -9`` the oldest worker."""
        victim = self.workers()[0]
        os.kill(victim, signal.SIGKILL)
        return victim

    def newsapp(self, *arguments: str) -> str:
        """Run the operator's command in the same surroundings; its standard output."""
        done = subprocess.run(
            [BIN / "newsapp", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(data_dir: Path, *, application: str = "wsgi:app", **variables: str) -> Iterator[Server]:
    """The site on a new database in ``data_dir``, without demo, until the block ends."""
    port = free_port()
    environment = {
        **os.environ,
        "NEWSAPP_DATA_DIR": str(data_dir),
        "NEWSAPP_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "NEWSAPP_BIND": f"127.0.0.1:{port}",
        **variables,
    }
    subprocess.run([BIN / "newsapp", "init"], env=environment, cwd=ROOT, check=True)
    process = subprocess.Popen([BIN / "gunicorn", application], env=environment, cwd=ROOT)
    server = Server(f"http://127.0.0.1:{port}", process, environment)
    try:
        wait_until_ready(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def wait_until_ready(server: Server) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{server.address}/readyz", timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
    raise AssertionError("the site did not start within 10 s")
