"""Where a log is read from: a folder, or an address on the web. Nothing is believed here."""

from __future__ import annotations

import http.client
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from codes.wording import Text
from log.errors import LogError
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
TIMEOUT_SECONDS = 20.0
MISSING = "log_file_missing"

_SCHEMES = ("http", "https")
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
        """Return a file of the folder."""
        try:
            with (self.folder / path).open("rb") as file:
                return _read_limited(file, path, max_bytes)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise _missing(path) from error
        except OSError as error:
            raise _unreachable(str(self.folder / path), error.strerror or "") from error

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


class _SameOrSafer(HTTPRedirectHandler):
    """Follows redirects, but never to anything else than the web, nor from https to http."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> Request | None:
        """Return the request to follow with, or refuse."""
        wanted, given = urlsplit(newurl).scheme, urlsplit(req.full_url).scheme
        if wanted not in _SCHEMES or (given == "https" and wanted != "https"):
            fp.close()
            raise _unreachable(newurl[:200], "redirect refused")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class UrlSource:
    """A log on the web.

    Args:
        url: its prefix, http or https.
        timeout_seconds: for each answer.
    """

    __slots__ = ("_opener", "_timeout_seconds", "_url")

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._opener: OpenerDirector = build_opener(_SameOrSafer)

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """Fetch a file."""
        url = f"{self._url}/{path}"
        request = Request(url, headers={"Accept-Encoding": "gzip, identity"})  # noqa: S310 - only http and https come here (open_source)
        try:
            with self._opener.open(request, timeout=self._timeout_seconds) as answer:
                data = _read_limited(answer, path, max_bytes)
                packed = answer.headers.get("Content-Encoding", "identity") == "gzip"
        except HTTPError as error:
            error.close()
            if error.code in _GONE:
                raise _missing(path) from error
            raise _unreachable(url, f"HTTP {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            raise _unreachable(url, str(reason)) from error
        return _unpack(data, path, max_bytes) if packed else data

    def listing(self) -> None:
        """Say that the web has no list of files."""
        return


def open_source(place: str) -> LogSource:
    """Return the source that a person named: a folder, or an address with http or https.

    Raises:
        LogError: `log_place` for an address of another scheme.
    """
    scheme = urlsplit(place).scheme if "://" in place else ""
    if scheme in _SCHEMES:
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


def _unpack(data: bytes, path: str, max_bytes: int) -> bytes:
    """Return what gzip packed, or refuse more than is allowed."""
    engine = zlib.decompressobj(wbits=31)
    try:
        unpacked = engine.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise _unreachable(path, "damaged gzip") from error
    if len(unpacked) > max_bytes:
        raise _large(path)
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
