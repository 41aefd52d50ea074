"""Reads status lists, from the home's own folder, a file or an address, and remembers versions.

What a list says counts only where its signature is genuine, it is of the present, and no later
version of it was ever seen. A list that cannot be had is one thing, a list that is not to be relied
on another.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from codes.wording import Text
from keys.algorithms import PublicJwk
from keys.errors import KeysError
from keys.status_list import (
    Freshness,
    ListForm,
    StatusList,
    inspect_freshness,
    read_status_list,
    split_index,
)
from registry.memory_file import Stamp, stamp_of
from registry.store import read_whole, write_durably
from verifier.errors import UsageError
from verifier.status_answer import ListAnswer, ListReach

_logger = logging.getLogger("yanzhen.status")

Fetch = Callable[[int], bytes]
"""Returns the token of a list by its number; raises OSError where it cannot be had."""


class VersionMemory:
    """The greatest version of each list ever seen, in a file or for as long as the process lives.

    Args:
        path: made when the first list is seen; None keeps nothing.
        must_keep: a file that cannot be written is an error; else the process remembers, and says
            so in its log.
    """

    def __init__(self, path: Path | None, *, must_keep: bool = True) -> None:
        self._path = path
        self._must_keep = must_keep
        self._seen: dict[int, int] = {}
        self._read: tuple[Stamp, Mapping[int, int]] | None = None

    def raise_to(self, list_id: int, version: int) -> int:
        """Remember a version that was seen; return the greatest seen before.

        Raises:
            UsageError: the file is damaged (`status_memory_damaged`); without it nobody can tell
                an older list.
            OSError: it cannot be written, and must be.
        """
        own = self._raise_in(self._seen, list_id, version)
        if self._path is None:
            return own
        stamp = stamp_of(self._path)
        if self._read is not None and self._read[0] == stamp:  # nobody has written since
            known = max(own, self._read[1].get(list_id, 0))
            if version <= known:
                return known
        try:
            before, stored = self._raise_stored(self._path, list_id, version)
        except OSError as error:
            if self._must_keep:
                raise
            if version > own:
                _logger.warning("status_memory_unwritable %s", error.strerror)
            return max(own, self._load(self._path).get(list_id, 0))
        self._read = None if stamp is None else (stamp, stored)
        return max(own, before)

    def _raise_stored(
        self, path: Path, list_id: int, version: int
    ) -> tuple[int, Mapping[int, int]]:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            seen = self._load(path)
            before = self._raise_in(seen, list_id, version)
            if version > before:
                document = {"format": 1, "lists": {str(key): seen[key] for key in sorted(seen)}}
                write_durably(path, json.dumps(document, indent=2).encode() + b"\n")
            return before, seen
        finally:
            os.close(descriptor)

    @staticmethod
    def _raise_in(seen: dict[int, int], list_id: int, version: int) -> int:
        before = seen.get(list_id, 0)
        seen[list_id] = max(before, version)
        return before

    @staticmethod
    def _load(path: Path) -> dict[int, int]:
        try:
            document = json.loads(path.read_bytes())
            if document["format"] != 1:
                raise ValueError("unknown format")
            return {int(key): int(value) for key, value in document["lists"].items()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UsageError(
                "status_memory_damaged",
                Text(
                    "记录已见状态列表版本的文件已损坏，无法判断列表是否被换回旧版；请从备份恢复该文件",
                    "the file that remembers versions of status lists is damaged, so an older list "
                    "could not be told; restore it",
                ),
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSource:
    """Where a verifier reads status lists.

    Args:
        fetch: has one list by its number.
        memory: of versions.
        decides: the asker named this source; what it answers belongs to the verdict.
    """

    fetch: Fetch
    memory: VersionMemory
    decides: bool
    _verified: dict[int, tuple[bytes, Mapping[str, PublicJwk], StatusList]] = field(
        default_factory=dict, repr=False
    )

    def gather(
        self, indices: Iterable[int], now: datetime, keys: Mapping[str, PublicJwk]
    ) -> Mapping[int, ListAnswer]:
        """Return what the lists of these status indices answer; each list is read once.

        Args:
            indices: of the copies in question.
            now: aware UTC.
            keys: the status keys of the trust list by name, `keys_by_name`.
        """
        wanted = list(dict.fromkeys(indices))
        lists = {index: split_index(index)[0] for index in wanted}
        read = {one: self._read(one, now, keys) for one in dict.fromkeys(lists.values())}
        answers = {}
        for index in wanted:
            reach, found, highest = read[lists[index]]
            answers[index] = ListAnswer(
                reach=reach, status_index=index, found=found, highest_version=highest
            )
        return answers

    def _read(
        self, list_id: int, now: datetime, keys: Mapping[str, PublicJwk]
    ) -> tuple[ListReach, StatusList | None, int]:
        try:
            token = self.fetch(list_id)
        except OSError:
            return ListReach.UNAVAILABLE, None, 0
        try:
            found = self._verify(list_id, token, keys)
        except KeysError:
            return ListReach.BROKEN, None, 0
        if found.list_id != list_id:
            return ListReach.BROKEN, None, 0
        try:
            highest = self.memory.raise_to(list_id, found.version)
        except UsageError:
            if self.decides:
                raise
            return ListReach.UNAVAILABLE, None, 0  # it is only compared with the register
        match inspect_freshness(found, now=now, highest_version=highest):
            case Freshness.OLDER:
                return ListReach.OLDER, found, highest
            case Freshness.EXPIRED | Freshness.NOT_YET:
                return ListReach.OLD, found, highest
            case Freshness.FRESH:
                return ListReach.READ, found, highest

    def _verify(self, list_id: int, token: bytes, keys: Mapping[str, PublicJwk]) -> StatusList:
        """Return the list of a token; the same token under the same keys is verified once."""
        kept = self._verified.get(list_id)
        if kept is not None and kept[:2] == (token, keys):
            return kept[2]
        found = read_status_list(token, keys)
        self._verified[list_id] = (token, keys, found)
        return found


def fetch_from_folder(folder: Path) -> Fetch:
    """Return what reads lists from a folder that they are published in."""

    def fetch(list_id: int) -> bytes:
        return read_whole(f"{folder}/{list_id}.{ListForm.JWT}")

    return fetch
