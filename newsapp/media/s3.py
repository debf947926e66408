"""A bucket of S3 or of something that speaks like it, as the place where files are kept.

Needs boto3 (``pip install newsapp[s3]``). Who may use the bucket is said in boto3's own way:
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's role. The key needs GetObject,
PutObject, DeleteObject and ListBucket; without ListBucket a missing file is answered with
"forbidden", which looks like a storage that is away.
"""

from __future__ import annotations

import contextlib
import io
import mimetypes
from collections.abc import Iterator
from typing import IO, Any

import boto3
from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError, ClientError

from newsapp.media import names
from newsapp.media.storage import Kept, Opened, StorageAway

# A page waits for none of this, a picture or an upload does: two tries, and the answer is no.
_CONNECT_SECONDS = 3
_READ_SECONDS = 10
_TRIES = 2
_MISSING = {"NoSuchKey", "404"}


class Bucket:
    """Files in a bucket, under ``prefix`` (empty, or with a slash at its end).

    ``endpoint`` is the address of a service other than Amazon's; such a one is asked with the
    bucket in the path, which all of them understand. Threads may share it, processes may not.
    """

    def __init__(self, bucket: str, prefix: str, endpoint: str | None, region: str | None) -> None:
        self.bucket = bucket
        self.prefix = prefix
        self._client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            config=ClientConfig(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"total_max_attempts": _TRIES, "mode": "standard"},
                s3={"addressing_style": "path" if endpoint else "auto"},
                # Checksums in trailers are more than many services other than Amazon's take.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def write(self, path: str, file: IO[bytes]) -> None:
        if self.exists(path):
            return
        file.seek(0)
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        with _asked(path):
            # One request, so that the object is there as a whole or not at all.
            self._client.put_object(**self._at(path), Body=file, ContentType=kind)

    def exists(self, path: str) -> bool:
        try:
            with _asked(path):
                self._client.head_object(**self._at(path))
        except FileNotFoundError:
            return False
        return True

    def open(self, path: str) -> Opened:
        file = _Object(self, path)
        return Opened(file, file.size)  # type: ignore[arg-type]  # it is read as one

    def remove(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError), _asked(path):
            self._client.delete_object(**self._at(path))

    def listed(self) -> Iterator[Kept]:
        with _asked(self.prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    path = str(entry["Key"]).removeprefix(self.prefix)
                    if names.is_ours(path):
                        yield Kept(path, int(entry["Size"]))

    def fetch(self, path: str, start: int) -> tuple[Any, int]:
        """The body of an object from a byte on, still to be read, and how much of it comes."""
        # A range is asked for only where one is needed: an empty object has none.
        part = {"Range": f"bytes={start}-"} if start else {}
        with _asked(path):
            answer = self._client.get_object(**self._at(path), **part)
        return answer["Body"], int(answer["ContentLength"])

    def _at(self, path: str) -> dict[str, str]:
        if not names.is_ours(path):
            raise FileNotFoundError(path)
        return {"Bucket": self.bucket, "Key": f"{self.prefix}{path}"}


@contextlib.contextmanager
def _asked(path: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise FileNotFoundError(path) from error
        raise StorageAway(f"the media bucket: {error}") from error
    except BotoCoreError as error:
        raise StorageAway(f"the media bucket: {error}") from error


class _Object(io.RawIOBase):
    """An object that is read from the network as it is asked for, from any byte on."""

    def __init__(self, bucket: Bucket, path: str) -> None:
        super().__init__()
        self._bucket, self._path = bucket, path
        self._body, self.size = bucket.fetch(path, 0)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        target = max(0, start + offset)
        if target != self._at:
            self._let_go()
            self._at = target
        return target

    def readinto(self, buffer: Any) -> int:
        if self._at >= self.size:
            return 0
        if self._body is None:
            self._body, _length = self._bucket.fetch(self._path, self._at)
        with _asked(self._path):
            data = self._body.read(len(buffer))
        if not data:
            raise StorageAway(f"the media bucket: {self._path} ended early")
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        # What has not been read to its end costs its connection; draining it would cost more.
        if self._body is not None:
            self._body.close()
            self._body = None
