"""The site's configuration: read once from the environment, refused when it makes no sense.

The variables are fixed by the product's contract and listed in README.md. What an editor can
sensibly change is a setting in the database, not a variable here.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from newsapp.media.storage import Folder, Storage

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SECRET_KEY_MIN = 16
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)*", re.ASCII)
LOG_FORMS = ("plain", "json")


class ConfigError(ValueError):
    """A variable holds something the site cannot run with; the message names the variable."""


@dataclass(frozen=True)
class Config:
    """Everything the site takes from its surroundings. Paths are absolute."""

    data_dir: Path
    database_url: URL
    secret_key: str
    site_url: str | None
    trusted_hosts: tuple[str, ...]
    trusted_proxies: int
    admin_password: str | None
    flood_limit: int
    page_cache_mb: int
    zone: ZoneInfo
    media: Storage
    log_form: str = "plain"

    @property
    def counters_url(self) -> URL:
        """Counters live in a file of their own, or in the named server database."""
        if self.database_url.get_backend_name() == "sqlite":
            return URL.create("sqlite", database=str(self.data_dir / "counters.db"))
        return self.database_url

    @property
    def journal_dir(self) -> Path:
        return self.data_dir / "journal"

    @property
    def served_over_tls(self) -> bool:
        return bool(self.site_url and self.site_url.startswith("https://"))

    @property
    def own_hosts(self) -> frozenset[str]:
        """The names under which this site answers, without ports."""
        return frozenset(
            host.lower().rpartition("]")[0].lstrip("[") or host.lower()
            for host in self.trusted_hosts
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read the ``NEWSAPP_…`` variables, making the data directory and the key if missing.

        Raises ConfigError with one sentence that names the variable.
        """
        data_dir = _data_dir(environ.get("NEWSAPP_DATA_DIR") or str(ROOT / "instance"))
        site_url = _site_url(environ.get("NEWSAPP_SITE_URL", ""))
        return cls(
            data_dir=data_dir,
            database_url=_database_url(environ.get("NEWSAPP_DATABASE_URL", ""), data_dir),
            secret_key=_secret_key(environ.get("NEWSAPP_SECRET_KEY"), data_dir),
            site_url=site_url,
            trusted_hosts=_trusted_hosts(environ.get("NEWSAPP_TRUSTED_HOSTS", ""), site_url),
            trusted_proxies=_whole_number(environ, "NEWSAPP_TRUSTED_PROXIES", 0, most=10),
            admin_password=environ.get("NEWSAPP_ADMIN_PASSWORD") or None,
            flood_limit=_whole_number(environ, "NEWSAPP_FLOOD_LIMIT", 120, most=1_000_000),
            page_cache_mb=_whole_number(environ, "NEWSAPP_PAGE_CACHE", 16, most=4096),
            zone=_zone(environ.get("NEWSAPP_TIMEZONE") or "Asia/Ho_Chi_Minh"),
            media=_media(environ.get("NEWSAPP_MEDIA_URL", ""), data_dir),
            log_form=_log_form(environ.get("NEWSAPP_LOG") or LOG_FORMS[0]),
        )


def _data_dir(text: str) -> Path:
    return _made(Path(text).expanduser().resolve())


def _made(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"NEWSAPP_DATA_DIR: cannot make {path}: {error.strerror}") from error
    return path


def _database_url(text: str, data_dir: Path) -> URL:
    if not text:
        return URL.create("sqlite", database=str(data_dir / "site.db"))
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigError("NEWSAPP_DATABASE_URL is not a database address") from error
    backend = url.get_backend_name()
    if backend in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigError(f"NEWSAPP_DATABASE_URL: {backend} is not supported; SQLite or PostgreSQL")
    if not url.database or url.database == ":memory:":
        raise ConfigError("NEWSAPP_DATABASE_URL: SQLite needs a file; several processes share it")
    return url.set(database=str(Path(url.database).expanduser().resolve()))


def _secret_key(given: str | None, data_dir: Path) -> str:
    if given is not None:
        return _long_enough(given, "NEWSAPP_SECRET_KEY")
    path = data_dir / "secret_key"
    try:
        # O_EXCL: of several processes that start at once, one makes the key and all read it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _long_enough(path.read_text(encoding="ascii").strip(), str(path))
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_hex(32)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def _long_enough(key: str, where: str) -> str:
    if len(key) < SECRET_KEY_MIN:
        raise ConfigError(f"{where} is empty or shorter than {SECRET_KEY_MIN} characters")
    return key


def _site_url(text: str) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ConfigError("NEWSAPP_SITE_URL must look like https://example.vn")
    return text.rstrip("/")


def _trusted_hosts(text: str, site_url: str | None) -> tuple[str, ...]:
    named = tuple(host.strip() for host in text.split(",") if host.strip()) or LOOPBACK_HOSTS
    own = urlsplit(site_url).hostname if site_url else None
    return named if own is None or own in named else (*named, own)


def _whole_number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise ConfigError(f"{name} must be a whole number from 0 to {most}")
    return int(text)


def _media(text: str, data_dir: Path) -> Storage:
    """Where uploaded files are kept: in the data directory, in a folder that is there, or in a
    bucket."""
    if not text:
        return Folder(_made(data_dir / "media"))
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise ConfigError("NEWSAPP_MEDIA_URL is not an address") from error
    if parts.scheme == "s3":
        return _bucket(parts)
    if parts.scheme not in {"", "file"} or parts.netloc not in {"", "localhost"}:
        raise ConfigError("NEWSAPP_MEDIA_URL must be a folder, file:///… or s3://bucket/…")
    path = Path(unquote(parts.path) if parts.scheme else text)
    if not path.is_absolute() or not path.is_dir():
        # Not made here: a share that is not mounted yet would be filled underneath.
        raise ConfigError(f"NEWSAPP_MEDIA_URL: {path} is not the full path of an existing folder")
    return Folder(path)


def _bucket(parts: SplitResult) -> Storage:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    prefix = parts.path.strip("/")
    endpoint, region = options.pop("endpoint", None), options.pop("region", None)
    if not _BUCKET.fullmatch(parts.netloc) or not (prefix == "" or _PREFIX.fullmatch(prefix)):
        # Whatever stands there may be a password, so that it is not repeated.
        raise ConfigError("NEWSAPP_MEDIA_URL must name a bucket and nothing else: s3://bucket/path")
    if options or parts.fragment or region == "":
        raise ConfigError("NEWSAPP_MEDIA_URL takes only ?endpoint=https://…&region=… after s3://")
    if endpoint is not None:
        where = urlsplit(endpoint)
        if where.scheme not in {"http", "https"} or not where.hostname or where.username:
            raise ConfigError("NEWSAPP_MEDIA_URL: endpoint must look like https://s3.example.vn")
    try:
        from newsapp.media.s3 import Bucket
    except ImportError as error:
        raise ConfigError("NEWSAPP_MEDIA_URL needs boto3: pip install 'newsapp[s3]'") from error
    return Bucket(parts.netloc, f"{prefix}/" if prefix else "", endpoint, region)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"NEWSAPP_TIMEZONE: {name!r} is not a known time zone") from error


def _log_form(text: str) -> str:
    if text not in LOG_FORMS:
        raise ConfigError(f"NEWSAPP_LOG must be {' or '.join(LOG_FORMS)}")
    return text
