"""dev.py, the lock files and the browser libraries: what installing leans on.

No environment is made here; a clean clone is set up by whoever runs `dev.py test`.
"""

from __future__ import annotations

import ast
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest

import dev

LOCK_FILES = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """dev.py as a caller would start it; only for arguments that stop before anything is set up."""
    return subprocess.run(
        [sys.executable, dev.ROOT / "dev.py", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=20,
    )


# --- what is missing is said plainly ------------------------------------------------------------


def test_an_old_python_is_told_its_version_and_the_needed_one() -> None:
    with pytest.raises(dev.SetupError, match=r"Python 3\.10 is too old.*3\.11"):
        dev.check_python((3, 10), posix=True, has_ensurepip=True)
    dev.check_python((3, 11), posix=True, has_ensurepip=True)


def test_an_old_python_can_read_dev_py_and_so_reach_that_sentence() -> None:
    source = (dev.ROOT / "dev.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_a_python_without_venv_names_the_debian_package() -> None:
    with pytest.raises(dev.SetupError, match="apt install python3-venv"):
        dev.check_python((3, 11), posix=True, has_ensurepip=False)


def test_windows_is_told_before_anything_else() -> None:
    with pytest.raises(dev.SetupError, match="WSL"):
        dev.check_python((3, 9), posix=False, has_ensurepip=False)


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(dev.SetupError, match="Cannot write in /proc"):
        dev.check_writable(Path("/proc"))  # refuses root too


def test_a_taken_port_stops_the_start_at_once_with_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        result = command("run", NEWSAPP_BIND=bind)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"Cannot listen on {bind} (Address already in use).")
    assert len(result.stderr.splitlines()) == 1
    dev.check_bind(bind)


@pytest.mark.parametrize("bind", ["8000", "nonsense", "127.0.0.1:70000", "::1:8000", "http://x:1"])
def test_a_bind_that_makes_no_sense_is_refused_with_an_example(bind: str) -> None:
    with pytest.raises(dev.SetupError, match=re.escape("[::1]:8000")):
        dev.parse_bind(bind)


@pytest.mark.parametrize(
    ("bind", "address"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("[::1]:8000", "http://[::1]:8000/"),
        ("0.0.0.0:80", "http://127.0.0.1:80/"),
        ("[::]:8000", "http://[::1]:8000/"),
        (":8000", "http://127.0.0.1:8000/"),
        ("localhost:8000", "http://localhost:8000/"),
        ("unix:/run/newsapp.sock", "unix:/run/newsapp.sock"),
    ],
)
def test_the_printed_address_opens_in_a_browser(bind: str, address: str) -> None:
    assert dev.site_address(bind) == address


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        ("ERROR: No matching distribution found for alembic==1", "network"),
        ("npm error code EAI_AGAIN", "network"),
        ("SSLError(CERTIFICATE_VERIFY_FAILED) No matching distribution", "PIP_CERT"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "lock file"),
        ("npm error code EINTEGRITY", "lock file"),
    ],
)
def test_a_failed_step_shows_its_last_lines_and_what_they_mean(output: str, hint: str) -> None:
    text = dev.explain("Python packages", "\n".join([*map(str, range(100)), output]))
    first, *middle, last = text.splitlines()
    assert first == "Python packages failed:"
    assert middle[-1].strip() == output
    assert len(middle) == 20
    assert hint in last


@pytest.mark.parametrize("arguments", [(), ("serve",), ("run", "now")])
def test_anything_but_run_or_test_shows_the_usage(arguments: tuple[str, ...]) -> None:
    result = command(*arguments)
    assert result.returncode == 2
    assert "python3 dev.py run" in result.stdout
    assert "python3 dev.py test" in result.stdout


# --- the caller's environment -------------------------------------------------------------------


def test_what_would_lead_astray_is_dropped_and_how_the_index_is_reached_is_kept() -> None:
    kept = {
        "PIP_CERT": "/etc/ssl/own.pem",
        "PIP_INDEX_URL": "https://mirror.example/simple",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "NODE_EXTRA_CA_CERTS": "/etc/ssl/own.pem",
        "NEWSAPP_BIND": "[::1]:8000",
        "HOME": "/home/an-operator",
    }
    dropped = {
        "VIRTUAL_ENV": "/elsewhere",
        "PYTHONPATH": "/elsewhere",
        "PYTHONHOME": "/elsewhere",
        "PIP_TARGET": "/elsewhere",
        "PIP_PREFIX": "/elsewhere",
        "PIP_USER": "1",
        "PIP_NO_BINARY": ":all:",
        "NODE_OPTIONS": "--require=/elsewhere",
    }
    assert dev.child_environment({**kept, **dropped}) == {**kept, "PIP_USER": "0"}


# --- stamps -------------------------------------------------------------------------------------


def test_a_digest_changes_with_the_content_the_name_and_the_text(tmp_path: Path) -> None:
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "a").write_text("1")
    seen = {dev.digest(folder, "run"), dev.digest(folder, "test")}
    (folder / "a").write_text("2")
    seen.add(dev.digest(folder, "run"))
    (folder / "a").rename(folder / "b")
    seen.add(dev.digest(folder, "run"))
    (folder / "c").write_text("")
    seen.add(dev.digest(folder, "run"))
    assert len(seen) == 5
    assert dev.digest(folder, "run") in seen


def test_a_stamp_vouches_only_for_the_inputs_it_was_set_for(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    assert not dev.is_fresh(stamp, "one")
    dev.set_stamp(stamp, "one")
    assert dev.is_fresh(stamp, "one")
    assert dev.is_fresh(stamp, "two", "one")
    assert not dev.is_fresh(stamp, "two")
    assert [path.name for path in tmp_path.iterdir()] == ["stamp"]
    stamp.write_bytes(b"\xff\xfe")
    assert not dev.is_fresh(stamp, "one")


def test_run_and_test_depend_on_different_packages() -> None:
    assert dev.python_key("run") != dev.python_key("test")


def test_a_stamp_without_a_working_interpreter_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(dev, "BIN", tmp_path / "bin")
    monkeypatch.setattr(dev, "PYTHON_STAMP", tmp_path / "stamp")
    (tmp_path / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "bin" / "python").chmod(0o755)
    assert not dev.environment_works({})  # interrupted: no stamp
    dev.set_stamp(tmp_path / "stamp", dev.python_key("run"))
    assert dev.environment_works({})
    dev.set_stamp(tmp_path / "stamp", f"{dev.python_key('run')}-before")
    assert not dev.environment_works({})  # the checkout was moved
    dev.set_stamp(tmp_path / "stamp", dev.python_key("run"))
    (tmp_path / "bin" / "python").unlink()
    assert not dev.environment_works({})  # its Python is gone
    (tmp_path / "bin" / "python").symlink_to("/bin/false")
    assert not dev.environment_works({})  # its packages are


# --- steps --------------------------------------------------------------------------------------


def test_a_step_prints_one_line_and_a_failing_one_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "lock").open("w") as lock:
        steps = dev.Steps(os.environ, lock.fileno())
        steps.run("good step", ("sh", "-c", "echo noise"), ("true",))
        with pytest.raises(dev.SetupError, match=r"(?s)bad step failed:.*the reason"):
            steps.run("bad step", ("sh", "-c", "echo the reason >&2; exit 3"), ("touch", tmp_path))
    assert re.fullmatch(r"  good step +\d+\.\d s\n", capsys.readouterr().out)


def test_stopping_ends_grandchildren_and_starts_nothing_more(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; wait"
    with (tmp_path / "lock").open("w") as lock, ThreadPoolExecutor(1) as pool:
        steps = dev.Steps(os.environ, lock.fileno())
        task = pool.submit(steps.run, "long", ("sh", "-c", script), ("touch", tmp_path / "second"))
        wait_for(lambda: (tmp_path / "pid").exists())
        steps.stop()
        with pytest.raises(dev.SetupError):
            task.result(timeout=5)
        with pytest.raises(dev.SetupError):
            steps.run("later", ("touch", tmp_path / "second"))
    grandchild = int((tmp_path / "pid").read_text())
    wait_for(lambda: not is_alive(grandchild))
    assert not (tmp_path / "second").exists()


def test_what_outlives_a_killed_set_up_keeps_the_next_one_waiting(tmp_path: Path) -> None:
    """kill -9 leaves pip running; a second pip in the same folder would spoil both their work."""
    lock, pid_file = tmp_path / "lock", tmp_path / "pid"
    lock.touch()
    program = (
        "import dev, fcntl, os, sys\n"
        "own = open(sys.argv[1])\n"
        "fcntl.flock(own, fcntl.LOCK_EX)\n"
        "long = ('sh', '-c', 'echo $$ > $0.new; mv $0.new $0; exec sleep 60', sys.argv[2])\n"
        "dev.Steps(os.environ, own.fileno()).run('long', long)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, lock, pid_file], cwd=dev.ROOT)
    wait_for(pid_file.exists)
    parent.kill()
    parent.wait()
    with lock.open() as other:
        assert not can_lock(other)
        os.kill(int(pid_file.read_text()), signal.SIGKILL)
        wait_for(lambda: can_lock(other))


def can_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether the process runs; a dead one that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "did not happen within 10 s"
        time.sleep(0.02)


# --- what is installed --------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCK_FILES)
def test_every_python_package_is_pinned_by_version_and_hash_and_by_no_address(name: str) -> None:
    text = (dev.ROOT / name).read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()
    assert len(entries) >= 2
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9.-]*(\[[a-z,]+\])?==\S+ ", entry), entry
        hashes = [word for word in entry.split() if word.startswith("--")]
        assert hashes, entry
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word) for word in hashes), entry
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


def test_the_development_lock_holds_every_pin_of_the_runtime_lock() -> None:
    """`dev.py run` after `dev.py test` trusts the environment as it is."""
    runtime, development = (
        set((dev.ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines())
        for name in LOCK_FILES[:2]
    )
    assert runtime <= development


def test_every_browser_package_has_an_integrity_hash_and_no_address() -> None:
    lock = json.loads((dev.ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 3
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name


def test_browser_packages_are_pinned_exactly_and_as_they_are_locked() -> None:
    wanted = json.loads((dev.ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((dev.ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert locked[f"node_modules/{name}"]["version"] == version


# --- what is built ------------------------------------------------------------------------------

HUGERTE = dev.LIBRARIES / "hugerte"
# Put together by the editor from pieces, so that they stand nowhere in its files.
ASSEMBLED = {
    "{0} words",
    "{0} characters",
    "The URL you entered seems to be an external link."
    " Do you want to add the required https:// prefix?",
}


def test_every_label_of_the_editor_belongs_to_a_message_it_still_has() -> None:
    labels = json.loads((dev.ROOT / "assets" / "hugerte-vi.json").read_text(encoding="utf-8"))
    scripts = [path for path in HUGERTE.rglob("*.js") if path.parent.name != "langs"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in scripts).lower()
    unknown = {
        message
        for message in labels
        if not re.search(f"""["'`]{re.escape(message.lower())}["'`]""", source)
    }
    assert unknown == ASSEMBLED


def test_the_built_libraries_carry_their_licences_and_small_fonts() -> None:
    assert "MIT License" in (HUGERTE / "license.txt").read_text(encoding="utf-8")
    fonts = dev.LIBRARIES / "fonts"
    assert "SIL Open Font License" in (fonts / "OFL.txt").read_text(encoding="utf-8")
    sizes = {path.name: path.stat().st_size for path in fonts.glob("*.woff2")}
    assert set(sizes) == {"be-vietnam-pro-400.woff2", "be-vietnam-pro-600.woff2"}
    assert all(5_000 < size < 25_000 for size in sizes.values()), sizes
