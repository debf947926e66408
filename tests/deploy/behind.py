"""The site as it is deployed: gunicorn on a socket that somebody else opened, behind a real nginx
with `deploy/nginx.conf`.

Only names and places are replaced in that file, and each must be found in it.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path

import pytest

from tests.live import ADMIN_PASSWORD, BIN, FIREFOX, ROOT, Server, free_port

HOST = "tin.phuong.example"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
# What surrounds a site file on Debian, for somebody who is not root.
AROUND = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
worker_processes 2;
events {{ worker_connections 768; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
# systemd hands a socket over as descriptor 3 and names the process that it is for.
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


def nginx_or_skip() -> str:
    """The program; without it a test is skipped, and fails where CI promises it."""
    if NGINX is None or shutil.which("openssl") is None:
        reason = "nginx or openssl is not installed"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return str(NGINX)


@dataclass
class Reply:
    """An answer as it came over the wire."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Front:
    """A running nginx. ``socket`` is where it looks for the site."""

    folder: Path
    http_port: int
    https_port: int
    socket: Path
    process: subprocess.Popen[bytes]
    tls: ssl.SSLContext = field(repr=False)

    def connect(self, timeout: float = 20, source: str = "127.0.0.1") -> ssl.SSLSocket:
        """A TLS connection to the site by its name."""
        plain = socket.create_connection(("127.0.0.1", self.https_port), timeout, (source, 0))
        return self.tls.wrap_socket(plain, server_hostname=HOST)

    def connection(self, timeout: float = 20) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection(HOST)
        made.sock = self.connect(timeout)
        return made

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request on a connection of its own; ``_`` in a header's name stands for ``-``."""
        made = self.connection()
        named = {key.replace("_", "-"): value for key, value in (headers or {}).items()}
        try:
            made.request(method, path, body, {"User-Agent": FIREFOX, **named})
            answer = made.getresponse()
            return Reply(answer.status, answer.msg, answer.read())
        finally:
            made.close()


def site_file(folder: Path, data_dir: Path, http_port: int, https_port: int) -> str:
    """`deploy/nginx.conf` with this machine's names and places."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in {
        "/etc/letsencrypt/live/tin.phuong.example": str(folder),
        "listen 80;": f"listen 127.0.0.1:{http_port};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{https_port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "unix:/run/newsapp.sock": f"unix:{folder}/site.sock",
        "/var/cache/nginx-newsapp": f"{folder}/cache",
        "/var/log/nginx": str(folder),
        "/var/lib/newsapp": str(data_dir),
        "/opt/newsapp": str(ROOT),
    }.items():
        assert old in text, f"deploy/nginx.conf no longer says {old}"
        text = text.replace(old, new)
    return text


def write_configuration(folder: Path, data_dir: Path, http_port: int, https_port: int) -> Path:
    """Everything that nginx reads, in ``folder``; the path of its main file."""
    subprocess.run(
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        f" -subj /CN={HOST} -addext subjectAltName=DNS:{HOST}"
        f" -keyout privkey.pem -out fullchain.pem".split(),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    site = site_file(folder, data_dir, http_port, https_port)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    # As root, nginx would hand its work to an account that may not look into this folder.
    user = "user root;" if os.getuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(AROUND.format(folder=folder, user=user), encoding="utf-8")
    return main


@contextmanager
def nginx(folder: Path, data_dir: Path) -> Iterator[Front]:
    """nginx on free ports of loopback, until the block ends. ``folder`` is its own."""
    program = nginx_or_skip()
    folder.mkdir(parents=True, exist_ok=True)
    http_port, https_port = free_port(), free_port()
    main = write_configuration(folder, data_dir, http_port, https_port)
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(main)])
    tls = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    front = Front(folder, http_port, https_port, folder / "site.sock", process, tls)
    try:
        wait_until(lambda: front.connect(1).close(), process)
        yield front
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def gunicorn(listening: Path, data_dir: Path, **variables: str) -> Iterator[Server]:
    """The site on a Unix socket that it is handed, as by newsapp.socket, until the block ends."""
    environment = {
        **os.environ,
        "NEWSAPP_DATA_DIR": str(data_dir),
        "NEWSAPP_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "NEWSAPP_SITE_URL": f"https://{HOST}",
        "NEWSAPP_TRUSTED_PROXIES": "1",
        "NEWSAPP_FLOOD_LIMIT": "0",
        **variables,
    }
    subprocess.run([BIN / "newsapp", "init"], env=environment, cwd=ROOT, check=True)
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(listening))
        opened.listen(2048)
        number = opened.fileno()
        command = [sys.executable, "-c", ACTIVATE, str(number), str(BIN / "gunicorn"), "wsgi:app"]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, pass_fds=(number,))
        try:
            yield Server(f"https://{HOST}", process, environment)
        finally:
            process.terminate()
            process.wait(40)
            listening.unlink(missing_ok=True)


@contextmanager
def deployed(folder: Path, **variables: str) -> Iterator[tuple[Front, Server]]:
    """nginx and the site behind it, on a new database in ``folder/data``."""
    data_dir = folder / "data"
    data_dir.mkdir(parents=True)
    with (
        nginx(folder / "nginx", data_dir) as front,
        gunicorn(front.socket, data_dir, **variables) as server,
    ):
        wait_until(lambda: ready(front), server.process)
        yield front, server


def ready(front: Front) -> None:
    if front.get("/readyz").status != 200:
        raise OSError("not ready")


def wait_until(
    works: Callable[[], object], process: subprocess.Popen[bytes], seconds: float = 15
) -> None:
    """Call ``works`` until it raises no OSError; ``process`` must live on."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            works()
            return
        except OSError:
            assert process.poll() is None, "it did not start"
            assert time.monotonic() < deadline, f"not there after {seconds} s"
            time.sleep(0.05)


def first_article(front: Front) -> str:
    """The address of an article on the home page."""
    found = re.search(r'href="(/tin/\d+-[^"]+)"', front.get("/").text)
    assert found
    return found[1]


def views(front: Front, path: str, at_least: int = 0) -> int:
    """What an article's page says to a robot, which is not counted; waits 10 s at most until it
    is that much."""
    for _ in range(100):
        page = front.get(path, User_Agent="Googlebot/2.1").text
        found = re.search(r"Số lượt người xem:\D*?([\d.]+)", page)
        assert found, page
        number = int(found[1].replace(".", ""))
        if number >= at_least:
            break
        time.sleep(0.1)
    return number
