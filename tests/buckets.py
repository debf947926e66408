"""S3 for the tests: moto's server as a process of its own, and a fresh bucket for who asks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.error import URLError
from urllib.request import Request, urlopen

import boto3

from tests.live import free_port

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
LISTED_AT_ONCE = 20


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3 without anything in it, with KEYS in the environment."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    # Pages of a list shorter than Amazon's, so that a list of several needs few objects.
    environment = {**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": str(LISTED_AT_ONCE)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
    try:
        with mock.patch.dict(os.environ, KEYS):
            wait_for(address, process)
            yield address
    finally:
        process.kill()
        process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, "moto's server did not start"
        try:
            with urlopen(f"{address}/moto-api/", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError("moto's server did not answer within a minute")


def operator(endpoint: str) -> Any:
    """The bucket's owner: a client that is not the site's."""
    return boto3.session.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1")


def new_bucket(endpoint: str) -> str:
    """A fresh bucket, as NEWSAPP_MEDIA_URL says it."""
    name = f"phuong-{uuid.uuid4().hex[:12]}"
    with urlopen(Request(f"{endpoint}/{name}", method="PUT"), timeout=10):
        pass
    return f"s3://{name}/trang-tin?endpoint={endpoint}&region=us-east-1"
