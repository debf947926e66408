"""How many new browsers of one network may be counted in one minute.

The count is shared by all processes of a host through one small file of fixed size. It holds
numbers of minutes and counts, and nothing about anybody: which slot a network uses follows from a
keyed hash of the network *and the minute*, so that no slot speaks of the same network twice. Two
networks that meet in one slot share its limit for that minute; with a thousand networks in a
minute that happens to one in seventy.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address
from pathlib import Path

from newsapp.visits.complaints import Complaints
from newsapp.visits.fork import in_child

_SLOTS = 65_536
_SLOT = struct.Struct("<II")
_WAIT_SECONDS = 0.05


class Flood:
    """Lets `limit` new browsers of each network through in each minute; 0 lets everybody through.

    A network is an IPv4 /24 or an IPv6 /48; all addresses that are none (a socket's empty one)
    are one network together. Exact across the processes that share `path`; where the file cannot
    be used, each process counts for itself.
    """

    def __init__(
        self, limit: int, path: Path, secret_key: bytes | str, clock: Callable[[], float]
    ) -> None:
        self._limit = limit
        self._path = path
        self._clock = clock
        secret = secret_key.encode() if isinstance(secret_key, str) else secret_key
        self._key = blake2b(secret, person=b"newsapp-flood").digest()
        self._complaints = Complaints()
        self._file: int | None = None
        self._own: dict[int, int] = {}
        self._own_minute = 0
        self._lock = threading.Lock()
        in_child(self._renew_lock)

    def _renew_lock(self) -> None:
        self._lock = threading.Lock()

    def admits(self, address: str) -> bool:
        """Whether one more new browser at this address may be counted; if so, it has been."""
        if not self._limit:
            return True
        minute = int(self._clock() // 60)
        slot = self._slot(address, minute)
        with self._lock:
            try:
                return self._admit_by_file(slot, minute)
            except OSError as error:
                self._complaints.say("each process counts floods for itself", error)
                return self._admit_by_memory(slot, minute)

    def _slot(self, address: str, minute: int) -> int:
        named = b"%d %s" % (minute, network(address))
        return int.from_bytes(blake2b(named, key=self._key, digest_size=8).digest()) % _SLOTS

    def _admit_by_file(self, slot: int, minute: int) -> bool:
        file = self._open()
        start = slot * _SLOT.size
        _lock_bytes(file, start)
        try:
            data = os.pread(file, _SLOT.size, start)
            slot_minute, count = _SLOT.unpack(data.ljust(_SLOT.size, b"\0"))
            if slot_minute != minute & 0xFFFFFFFF:
                count = 0
            if count >= self._limit:
                return False
            os.pwrite(file, _SLOT.pack(minute & 0xFFFFFFFF, count + 1), start)
            return True
        finally:
            fcntl.lockf(file, fcntl.LOCK_UN, _SLOT.size, start)

    def _admit_by_memory(self, slot: int, minute: int) -> bool:
        if minute != self._own_minute:
            self._own, self._own_minute = {}, minute
        count = self._own.get(slot, 0)
        if count >= self._limit:
            return False
        self._own[slot] = count + 1
        return True

    def _open(self) -> int:
        # Read and written, never mapped: a mapped file that somebody truncates kills the process.
        if self._file is not None and os.fstat(self._file).st_nlink == 0:
            os.close(self._file)
            self._file = None
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o640)
            if os.fstat(file).st_size < _SLOTS * _SLOT.size:
                os.truncate(file, _SLOTS * _SLOT.size)
            self._file = file
        return self._file

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def network(address: str) -> bytes:
    """The network of an address, `b""` for what is no address."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except (AddressValueError, ValueError):
        return b""
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return parsed.packed[:6]
        parsed = parsed.ipv4_mapped
    return parsed.packed[:3]


def _lock_bytes(file: int, start: int) -> None:
    """Lock one slot against other processes; they hold it for microseconds. Raises OSError."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SLOT.size, start)
            return
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN) or time.monotonic() > deadline:
                raise
            time.sleep(0.0005)
