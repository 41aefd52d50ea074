"""What the trust list says of log, status lists and witnesses: read from what these publish.

Each has a file of its own below `public/`, written by whoever makes its key; where there is none,
the trust list names none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from keys.document import KeyDocument
from keys.json_fields import Fields
from keys.services import LogSource, StatusKey, check_vkey, read_status_key
from keys.strict_json import load_strict_json
from registry.home import Home
from registry.store import write_durably

_MOST_BYTES = 1 << 20
_WITNESSES = "witnesses"
_QUORUM = "quorum"


def log_sources(home: Home, former: KeyDocument | None, today: date) -> tuple[LogSource, ...]:
    """Return the logs to be believed: all there ever were, the one of `public/log/vkey` open.

    Args:
        former: the document in force, whose windows are kept.
        today: the first day of a log that is new, and the one after the last of one that is gone.

    Raises:
        KeysError: the file holds no verifier key (`vkey_invalid`).
    """
    path = home.path / "public" / "log" / "vkey"
    current = path.read_text(encoding="utf-8").strip() if path.exists() else None
    known = former.logs if former else ()
    kept = tuple(_closed(log, today) if log.vkey != current else log for log in known)
    if current is None or any(log.vkey == current for log in known):
        return kept
    return (*kept, LogSource(vkey=current, valid_from=today, valid_to=None))


def status_keys(home: Home) -> tuple[StatusKey, ...]:
    """Return the keys of status lists: `public/status/keys.json`, `{"keys": [{jwk, days}]}`.

    Raises:
        KeysError: the file is damaged.
    """
    path = home.path / "public" / "status" / "keys.json"
    if not path.exists():
        return ()
    value = load_strict_json(path.read_bytes(), max_bytes=_MOST_BYTES)
    return Fields(value, "", frozenset({"keys"})).items("keys", read_status_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """Who cosigns the log's checkpoints, and how many of them must.

    Args:
        quorum: without so many cosignatures no checkpoint is published, nor believed; 0 asks none.
        urls: where each witness is asked, by its vkey; empty where it is not asked by us.
    """

    quorum: int
    urls: Mapping[str, str]


def read_witnesses(home: Home) -> Witnesses:
    """Return the witnesses: `public/log/witnesses`, `quorum N` and `VKEY [URL]`, one a line.

    Raises:
        KeysError: `vkey_invalid`.
    """
    path = home.path / "public" / "log" / _WITNESSES
    quorum, urls = 0, {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        first, _, rest = line.partition(" ")
        if first == _QUORUM and rest.isascii() and rest.isdigit():
            quorum = int(rest)
        elif first:
            urls[check_vkey(first)] = rest
    return Witnesses(quorum=quorum, urls=urls)


def write_witnesses(home: Home, witnesses: Witnesses) -> None:
    """Keep who cosigns, as `read_witnesses` reads it."""
    lines = [f"{_QUORUM} {witnesses.quorum}"]
    lines += [f"{vkey} {url}".rstrip() for vkey, url in witnesses.urls.items()]
    data = "\n".join(lines) + "\n"
    write_durably(home.path / "public" / "log" / _WITNESSES, data.encode(), mode=0o644)


def _closed(log: LogSource, today: date) -> LogSource:
    """Return a log that is no longer written, its window ended."""
    if log.valid_to is not None:
        return log
    return replace(log, valid_to=max(log.valid_from, today - timedelta(days=1)))
