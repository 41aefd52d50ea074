"""What a trust list says of the services around certificates: logs, status keys, witnesses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import date

from codes.wording import Text
from keys.algorithms import PublicJwk, parse_jwk
from keys.errors import KeysError
from keys.json_fields import Fields, invalid, read_at, write_window
from keys.ring import is_in_window

_VKEY = re.compile(r"([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{2,88}={0,2})")
_LOG_FIELDS = frozenset({"vkey", "valid_from", "valid_to"})
_STATUS_FIELDS = frozenset({"jwk", "valid_from", "valid_to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """A log whose checkpoints are believed, from one day to another.

    Args:
        vkey: the verifier key of its notes, `name+hash+key` (C2SP signed-note).
        valid_from, valid_to: first and last day its checkpoints count; None while open.

    Raises:
        KeysError: `vkey_invalid`; `service_window` where the window ends before it begins.
    """

    vkey: str
    valid_from: date
    valid_to: date | None

    def __post_init__(self) -> None:
        """Refuse what is no verifier key, and a window that ends before it begins."""
        check_vkey(self.vkey)
        _check_window(self.valid_from, self.valid_to)

    @property
    def name(self) -> str:
        """The log's origin: what its verifier key is named."""
        return self.vkey.partition("+")[0]

    def covers(self, day: date) -> bool:
        """Say whether checkpoints of a day count."""
        return is_in_window(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusKey:
    """A key that status lists are signed with, from one day to another.

    Args:
        jwk: ES256 or Ed25519.
        valid_from, valid_to: first and last day of the lists it may sign; None while open.

    Raises:
        KeysError: `service_window`.
    """

    jwk: PublicJwk
    valid_from: date
    valid_to: date | None

    def __post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        _check_window(self.valid_from, self.valid_to)

    def covers(self, day: date) -> bool:
        """Say whether lists signed on a day count."""
        return is_in_window(day, self.valid_from, self.valid_to)


def check_vkey(value: object) -> str:
    """Return a verifier key whose hash fits its name and key.

    Raises:
        KeysError: `vkey_invalid`.
    """
    match = _VKEY.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        name, key_hash, encoded = match.groups()
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if key and hashlib.sha256(f"{name}\n".encode() + key).hexdigest()[:8] == key_hash:
            return match.string
    raise KeysError(
        "vkey_invalid",
        Text(
            "日志或见证人的公钥（vkey）格式不正确",
            "The public key (vkey) of a log or witness is malformed",
        ),
    )


def read_vkey(value: object, where: str) -> str:
    """Return the verifier key that stands at `where` of a document."""
    return read_at(where, lambda: check_vkey(value))


def read_log(value: object, where: str) -> LogSource:
    """Return the log that stands at `where` of a document."""
    fields = Fields(value, where, _LOG_FIELDS)
    return read_at(
        where,
        lambda: LogSource(
            vkey=fields.read("vkey", lambda: fields.text("vkey")),
            valid_from=fields.day("valid_from"),
            valid_to=fields.open_day("valid_to"),
        ),
    )


def read_status_key(value: object, where: str) -> StatusKey:
    """Return the status key that stands at `where` of a document."""
    fields = Fields(value, where, _STATUS_FIELDS)
    members = fields.item("jwk")
    if not isinstance(members, dict):
        raise invalid(fields.path("jwk"), Text("应为对象", "must be an object"))
    return read_at(
        where,
        lambda: StatusKey(
            jwk=fields.read("jwk", lambda: parse_jwk(members)),
            valid_from=fields.day("valid_from"),
            valid_to=fields.open_day("valid_to"),
        ),
    )


def dump_log(log: LogSource) -> dict[str, object]:
    """Return a log as a JSON object."""
    return {"vkey": log.vkey, **write_window(log.valid_from, log.valid_to)}


def dump_status_key(key: StatusKey) -> dict[str, object]:
    """Return a status key as a JSON object."""
    return {"jwk": key.jwk.as_dict(), **write_window(key.valid_from, key.valid_to)}


def _check_window(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise KeysError(
            "service_window",
            Text("停用日期早于启用日期", "The last day is before the first"),
            evidence={"field": "valid_to"},
        )
