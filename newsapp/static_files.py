"""Style sheets, scripts and fonts: their addresses, their compressed copies, who sends them.

One hash over all of ``static/`` stands in every address, ``/static/<12 hex>/css/site.css``: files
may name one another relatively, and any change moves them all. Before the server starts, they are
published: copied, each with its ``.gz`` where that is smaller, to ``static/<hash>/`` in the data
directory. What is published is never written again, so that no compressed copy can be older than
its file, and a page from before an upgrade still finds the style sheet that it was written for.

- A published address may be kept for ever.
- ``/static/css/site.css``, and any hash that is not published here (the last page of a long ago,
  the first of a host that was upgraded earlier), is the present file, to be asked for again soon.

A front server needs only the data directory as its root: the path is the address. Without a
published copy (tests, a full disk) the present files are sent from where they are, uncompressed.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from newsapp.config import ROOT

if TYPE_CHECKING:
    from wsgiref.headers import Headers

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SOURCE = ROOT / "static"
PREFIX = "/static/"
ICON = "img/icon.svg"
# The present copy and those before it, for pages that browsers and proxies still hold.
KEPT = 5
FOREVER = "public, max-age=31536000, immutable"
SOON = "public, max-age=300"

_HASH = re.compile(r"[0-9a-f]{12}")
_HASHED = re.compile(rf"^{PREFIX}({_HASH.pattern})/")
_log = logging.getLogger(__name__)


@cache
def version(source: Path = SOURCE) -> str:
    """The hash of the files as this process first saw them."""
    return _hash(_read(source))


def publish(data_dir: Path, source: Path = SOURCE) -> None:
    """Make the published copy of the present files, if there is none yet, and drop the oldest.

    Several processes may do so at once. Where the disk refuses, that is logged and the site serves
    the files from ``source``.
    """
    files = _read(source)
    target = data_dir / "static" / _hash(files)
    if target.is_dir():
        return
    try:
        target.parent.mkdir(exist_ok=True)
        target.parent.chmod(0o755)
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-"))
        try:
            _write(files, draft)
            draft.rename(target)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            if not target.is_dir():  # else another process was first
                raise
        _tidy(target.parent)
    except OSError as error:
        _log.warning("static files are served uncompressed: %s", error)


def install(app: Flask) -> None:
    """``url_for("static", filename=…)``, and ``static_url`` for pages that can build no address.

    Both only write addresses; StaticFiles answers them, and no view does.
    """
    prefix = f"{PREFIX}{version()}/"
    app.add_url_rule(f"{prefix}<path:filename>", "static", build_only=True)
    app.jinja_env.globals["static_url"] = prefix


class StaticFiles:
    """WSGI middleware that answers addresses of static files, and passes on all others.

    Belongs around whatever counts or keeps pages; looks at the disk once, when it is made.
    """

    def __init__(self, app: WSGIApplication, data_dir: Path, source: Path = SOURCE) -> None:
        self._app = app
        self._version = version(source)
        self._library = WhiteNoise(
            app, max_age=None, allow_all_origins=False, add_headers_function=self._set_headers
        )
        for folder in _published(data_dir / "static"):
            with suppress(FileNotFoundError):  # another process tidies right now
                self._library.add_files(folder, f"{PREFIX}{folder.name}")
        present = data_dir / "static" / self._version
        if present.is_dir():
            self._library.add_files(present, PREFIX)
        else:
            self._add_uncompressed(source)
        self._library.files["/favicon.ico"] = self._library.files[PREFIX + ICON]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        known = self._library.files
        if path in known or path.startswith(PREFIX):
            for address in (path, _HASHED.sub(PREFIX, path)):
                if file := known.get(address):
                    with suppress(FileNotFoundError):  # tidied since: the present one, then
                        answer: Iterable[bytes] = self._library.serve(file, environ, start_response)
                        return answer
        return self._app(environ, start_response)

    def _add_uncompressed(self, source: Path) -> None:
        for name in _names(source):
            path = source / name
            # The library knows of no file beside it, and so of no compressed one.
            self._library.add_file_to_dictionary(
                PREFIX + name, str(path), stat_cache={str(path): path.stat()}
            )

    def _set_headers(self, headers: Headers, _path: str, url: str) -> None:
        hashed = _HASHED.match(url)
        headers["Cache-Control"] = FOREVER if hashed else SOON
        # Weak: the compressed bytes are the same file.
        headers["ETag"] = f'W/"{hashed[1] if hashed else self._version}"'
        headers["X-Content-Type-Options"] = "nosniff"


def _published(folder: Path) -> list[Path]:
    """The published copies, newest first."""
    copies = [copy for copy in folder.glob("*") if _HASH.fullmatch(copy.name)]
    return sorted(copies, key=_made_at, reverse=True)


def _made_at(folder: Path) -> float:
    """Seconds since 1970; 0 when another process has just taken the folder away."""
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files and their compressed copies, synced and readable for a front server."""
    compressor = Compressor(quiet=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        smaller = compressor.compress(str(path)) if compressor.should_compress(name) else []
        for made in (path, *map(Path, smaller)):
            with made.open("rb") as file:
                os.fchmod(file.fileno(), 0o644)
                os.fsync(file.fileno())
    for inner, _folders, _names in os.walk(folder):
        Path(inner).chmod(0o755)


def _tidy(folder: Path) -> None:
    """Drop copies that no page will ask for any more, and drafts that a killed process left."""
    left = [draft for draft in folder.glob(".new-*") if _made_at(draft) < time.time() - 3600]
    for old in (*_published(folder)[KEPT:], *left):
        shutil.rmtree(old, ignore_errors=True)


def _names(source: Path) -> Iterator[str]:
    """The address of each file, relative to ``source``, in order; links are followed.

    Names that begin with a dot, and compressed copies that somebody made, are left out.
    """
    for folder, inner, names in os.walk(source, followlinks=True):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith((".gz", ".br")):
                yield Path(folder, name).relative_to(source).as_posix()


def _read(source: Path) -> dict[str, bytes]:
    return {name: (source / name).read_bytes() for name in _names(source)}


def _hash(files: Mapping[str, bytes]) -> str:
    total = sha256()
    for name, data in files.items():
        total.update(sha256(name.encode()).digest() + sha256(data).digest())
    return total.hexdigest()[:12]
