"""Where a log is read from: a folder, or an address on the web. Nothing is believed here."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit

from codes.wording import Text
from log.errors import LogError
from log.fetching import WEB_SCHEMES, TimedRequest, timed_opener
from log.notes import MAX_NOTE_BYTES
from log.tiles import (
    ENTRIES,
    MAX_BUNDLE_BYTES,
    TILE_WIDTH,
    TileId,
    decode_bundle,
    decode_tile,
    encode_bundle,
    encode_tile,
)

CHECKPOINT = "checkpoint"
TIMEOUT_SECONDS = 60.0
MISSING = "log_file_missing"

_GONE = (404, 410)


class LogSource(Protocol):
    """A place that holds the files of a log."""

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """Return a file; raises LogError: `log_file_missing`, `log_file_large`, `log_unreachable`.

        Args:
            path: below the log's folder or address, with slashes.
            max_bytes: a larger file is refused.
        """

    def listing(self) -> Iterator[str] | None:
        """Yield the path of every checkpoint and of everything below `tile/`; None if unknown."""


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A log in a folder of this machine."""

    folder: Path

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """Return a regular file of the folder; anything else is none."""
        place = self.folder / path
        try:
            if not place.is_file():  # a pipe or a device would be waited for without end
                raise _missing(path)
            with place.open("rb") as file:
                return _read_limited(file, path, max_bytes)
        except LogError:
            raise
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise _missing(path) from error
        except OSError as error:
            raise _unreachable(str(place), error.strerror or "") from error

    def listing(self) -> Iterator[str]:
        """Yield what is there; raises LogError: `log_unreachable` where there is no folder."""
        if not self.folder.is_dir():
            raise _unreachable(str(self.folder), "not a folder")
        for path in sorted(self.folder.glob(f"{CHECKPOINT}*")):
            if path.is_file():
                yield path.name
        for folder, _, names in os.walk(self.folder / "tile"):
            below = Path(folder).relative_to(self.folder).as_posix()
            for name in names:
                yield f"{below}/{name}"


class UrlSource:
    """A log on the web.

    Args:
        url: its prefix, http or https.
        timeout_seconds: for a file as a whole, however many answers and redirects it takes.
    """

    __slots__ = ("_opener", "_timeout_seconds", "_url")

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._opener = timed_opener()

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """Fetch a file."""
        url = f"{self._url}/{path}"
        try:
            request = TimedRequest(url, deadline=time.monotonic() + self._timeout_seconds)
            with self._opener.open(request) as answer:
                data = _read_limited(answer, path, max_bytes)
                _check_whole(answer, len(data))
                packed = answer.headers.get("Content-Encoding", "identity") == "gzip"
        except LogError:
            raise
        except HTTPError as error:
            error.close()
            if error.code in _GONE:
                raise _missing(path) from error
            raise _unreachable(url, f"HTTP {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:  # ValueError: no address of the web
            reason = getattr(error, "reason", None) or type(error).__name__
            raise _unreachable(url, str(reason)) from error
        return _unpack(data, url, path, max_bytes) if packed else data

    def listing(self) -> None:
        """Say that the web has no list of files."""
        return


def open_source(place: str) -> LogSource:
    """Return the source that a person named: a folder, or an address with http or https.

    Raises:
        LogError: `log_place` for an address of another scheme; `log_unreachable` for one that
            cannot be understood.
    """
    try:
        scheme = urlsplit(place).scheme if "://" in place else ""
    except ValueError as error:
        raise _unreachable(place, "not an address") from error
    if scheme in WEB_SCHEMES:
        return UrlSource(place)
    if scheme:
        raise LogError(
            "log_place",
            Text(
                "日志的位置应为文件夹，或以 http://、https:// 开头的网址",
                "A log is in a folder, or at an address that begins with http:// or https://",
            ),
        )
    return FolderSource(Path(place))


def read_checkpoint_file(source: LogSource, path: str = CHECKPOINT) -> bytes:
    """Return the bytes of a checkpoint; raises as `LogSource.read`."""
    return source.read(path, max_bytes=MAX_NOTE_BYTES)


def read_tile_file(source: LogSource, tile: TileId) -> bytes:
    """Return the bytes of a tile or bundle, exactly the file of that width; raises as `read`."""
    return source.read(tile.path, max_bytes=MAX_BUNDLE_BYTES)


def read_tile(source: LogSource, tile: TileId) -> bytes:
    """Return the bytes of a tile or bundle, cut from the full one where the partial is gone.

    A log may delete a partial tile once the full one is there.

    Raises:
        LogError: as `LogSource.read`; the full one is damaged.
    """
    try:
        return read_tile_file(source, tile)
    except LogError as error:
        if error.code != MISSING or tile.is_full:
            raise
    try:
        data = read_tile_file(source, TileId(tile.level, tile.index))
    except LogError as error:
        raise (_missing(tile.path) if error.code == MISSING else error) from error
    if tile.level == ENTRIES:
        return encode_bundle(decode_bundle(data, TILE_WIDTH)[: tile.width])
    return encode_tile(decode_tile(data, TILE_WIDTH)[: tile.width])


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _read_limited(file: _Readable, path: str, max_bytes: int) -> bytes:
    """Return all of a file, or refuse one that is too large after reading no more than that."""
    parts, left = [], max_bytes + 1
    while left and (part := file.read(left)):
        parts.append(part)
        left -= len(part)
    if not left:
        raise _large(path)
    return b"".join(parts)


def _check_whole(answer: HTTPResponse, read: int) -> None:
    """Refuse an answer that was cut off; raises HTTPException."""
    stated = answer.headers.get("Content-Length")
    if stated is not None and not answer.chunked and stated.strip() != str(read):
        raise HTTPException("the answer was cut off")


def _unpack(data: bytes, url: str, path: str, max_bytes: int) -> bytes:
    """Return what gzip packed, or refuse more than is allowed."""
    engine = zlib.decompressobj(wbits=31)
    try:
        unpacked = engine.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise _unreachable(url, "damaged gzip") from error
    if len(unpacked) > max_bytes:
        raise _large(path)
    if not engine.eof:
        raise _unreachable(url, "damaged gzip")
    return unpacked


def _missing(path: str) -> LogError:
    return LogError(
        MISSING,
        Text(f"日志中缺少文件 {path}", f"The log lacks the file {path}"),
        evidence={"path": path},
    )


def _large(path: str) -> LogError:
    return LogError(
        "log_file_large",
        Text(f"日志文件 {path} 超过允许的大小", f"The file {path} of the log is too large"),
        evidence={"path": path},
    )


def _unreachable(place: str, reason: str) -> LogError:
    return LogError(
        "log_unreachable",
        Text(f"无法读取日志（{place}）", f"The log cannot be read ({place}): {reason}"),
        evidence={"place": place, "reason": reason},
    )
