"""Fetches a status list from the file, folder or address that an asker names."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from codes.wording import Text
from keys.status_list import JWT_TYPE, MAX_TOKEN_BYTES
from verifier.errors import UsageError
from verifier.status_source import Fetch, StatusSource, VersionMemory, fetch_from_folder

FETCH_SECONDS = 5.0


def fetch_from(place: str) -> Fetch:
    """Return what reads lists from `place`.

    Args:
        place: a file (one list, whatever is asked for), a folder, or an http(s) address; one that
            ends in `/` or `/status` is where all lists are, any other is one list.

    Raises:
        UsageError: it is neither (`status_list_place`).
    """
    scheme = urlsplit(place).scheme
    if scheme in ("http", "https"):
        return _fetch_from_address(place)
    path = Path(place)
    if path.is_dir():
        return fetch_from_folder(path)
    if "://" in place:
        raise UsageError(
            "status_list_place",
            Text(
                "状态列表应为文件、文件夹，或以 http:// 或 https:// 开头的网址",
                "a status list is a file, a folder, or an http:// or https:// address",
            ),
        )
    return lambda _: _read_file(path)


def named_source(place: str, memory: Path) -> StatusSource:
    """Return the source of lists that an asker names; what it answers belongs to the verdict.

    Args:
        place: as `fetch_from` takes it.
        memory: the file that remembers the versions seen.

    Raises:
        UsageError: as `fetch_from`.
    """
    return StatusSource(fetch=fetch_from(place), memory=VersionMemory(memory), decides=True)


def _read_file(path: Path) -> bytes:
    if not path.is_file():  # a pipe or a device would be waited for without end
        raise FileNotFoundError(path)
    with path.open("rb") as stream:
        return stream.read(MAX_TOKEN_BYTES + 1)


def _fetch_from_address(address: str) -> Fetch:
    opener = urllib.request.build_opener(_NoRedirects)

    def fetch(list_id: int) -> bytes:
        whole = address.endswith(("/", "/status"))
        url = f"{address.rstrip('/')}/{list_id}" if whole else address
        accept = {"Accept": f"application/{JWT_TYPE}"}
        request = urllib.request.Request(url, headers=accept)  # noqa: S310 - fetch_from saw to it
        try:
            with opener.open(request, timeout=FETCH_SECONDS) as answer:
                return _read_all(answer)
        except (HTTPException, ValueError) as error:
            raise OSError("the answer is not one of HTTP") from error

    return fetch


def _read_all(answer: HTTPResponse) -> bytes:
    """Return the answer's body, a little more than a list at most; a trickle is given up."""
    deadline = time.monotonic() + FETCH_SECONDS
    data = b""
    while len(data) <= MAX_TOKEN_BYTES and (part := answer.read1(1 << 16)):
        data += part
        if time.monotonic() > deadline:
            raise TimeoutError
    return data


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A list is where it is said to be; a redirect could lead into the asker's own network."""

    def redirect_request(self, *_: object, **__: object) -> NoReturn:
        raise urllib.error.URLError("redirected")
