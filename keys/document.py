"""The key document: whom the verifier believes, for what, and from when to when.

What the authority's root keys sign as the trust list (`keys.trust_list`, the only way in). It is
read strictly: what is not understood is refused, and the error says where it stands.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from codes.levels import Level
from codes.wording import Text
from keys.algorithms import algorithm_by_label, parse_jwk
from keys.errors import KeysError
from keys.json_fields import Fields, invalid, read_at, write_moment, write_window
from keys.jws import Kind
from keys.ring import PublicKey, Ring, Scope, Standing, check_prefix, is_in_window
from keys.services import (
    LogSource,
    StatusKey,
    dump_log,
    dump_status_key,
    read_log,
    read_status_key,
    read_vkey,
)
from keys.strict_json import load_strict_json

FORMAT_VERSION = 2
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

_WINDOW_FIELDS = frozenset({"valid_from", "valid_to"})
_DOCUMENT_FIELDS = frozenset(
    {
        "format",
        "kind",
        "version",
        "demo",
        "published_at",
        "expires_at",
        "hosts",
        "bodies",
        "logs",
        "status_keys",
        "witnesses",
    }
)
_QUORUM = "witness_quorum"  # stands in the file only where it is not 0
_HOST_FIELDS = _WINDOW_FIELDS | {"host"}
_BODY_FIELDS = frozenset({"prefix", "name", "scopes", "keys"})
_SCOPE_FIELDS = _WINDOW_FIELDS | {"occupation", "levels"}
_KEY_FIELDS = _WINDOW_FIELDS | {
    "key_id",
    "algorithm",
    "jwk",
    "standing",
    "compromised_since",
}

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?|\[[0-9a-f:.]+\](:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host name of our own, from one day to another; printed paper cannot be mended.

    Args:
        host: lower case, with its port unless the scheme's own.
        valid_from: first day it was ours.
        valid_to: last day it was ours, None while it is.
    """

    host: str
    valid_from: date
    valid_to: date | None

    def __post_init__(self) -> None:
        """Refuse a host no URL has, and a window that ends before it begins."""
        if _HOST.fullmatch(self.host) is None:
            raise _document_error("host")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise _document_error("valid_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEntry:
    """An assessment body as filed: its name, what it may certify, and its keys.

    Args:
        prefix: the 13 characters its certificate numbers begin with.
        name: exactly as filed.
        scopes: the filings, in any number.
        keys: all keys of this prefix that ever signed.
    """

    prefix: str
    name: str
    scopes: tuple[Scope, ...]
    keys: tuple[PublicKey, ...]

    def __post_init__(self) -> None:
        """Refuse a body without a name, and keys of another body."""
        check_prefix(self.prefix)
        if not self.name or self.name != self.name.strip() or not self.name.isprintable():
            raise _document_error("name")
        if any(key.prefix != self.prefix for key in self.keys):
            raise _document_error("keys")

    def scope_for(self, occupation: int, level: Level, on: date) -> Scope | None:
        """Return the filing that covers an award, or None where the body was not filed for it."""
        for scope in self.scopes:
            if scope.covers(occupation, level, on):
                return scope
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDocument:
    """Everything the verifier believes.

    Args:
        version: counts publications, from 1.
        demo: the keys are for show; every verifier says so.
        published_at: when it was composed, aware, UTC, whole seconds.
        expires_at: from then on it is old: it still serves, and every verifier says so.
        hosts: our own hosts.
        bodies: one entry per body prefix.
        logs: the logs whose checkpoints are believed, and from when to when.
        status_keys: what status lists are signed with.
        witnesses: vkeys of those who cosign checkpoints.
        witness_quorum: how many of them must have cosigned a checkpoint for it to be believed.

    Raises:
        KeysError: `key_document_invalid`, `key_id_repeated`.
    """

    version: int
    demo: bool
    published_at: datetime
    expires_at: datetime
    hosts: tuple[Host, ...]
    bodies: tuple[BodyEntry, ...]
    logs: tuple[LogSource, ...] = ()
    status_keys: tuple[StatusKey, ...] = ()
    witnesses: tuple[str, ...] = ()
    witness_quorum: int = 0
    ring: Ring = field(init=False, repr=False, compare=False)
    _bodies: dict[str, BodyEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a document that contradicts itself, and index it."""
        if self.version < 1:
            raise _document_error("version")
        for name in ("published_at", "expires_at"):
            moment: datetime = getattr(self, name)
            if moment.utcoffset() != UTC.utcoffset(None) or moment.microsecond:
                raise _document_error(name)
        if self.expires_at <= self.published_at:
            raise _document_error("expires_at")
        if len(set(self.witnesses)) != len(self.witnesses):
            raise _document_error("witnesses")
        if not 0 <= self.witness_quorum <= len(self.witnesses):
            raise _document_error(_QUORUM)
        index = {body.prefix: body for body in self.bodies}
        if len(index) != len(self.bodies):
            raise _document_error("bodies")
        keys = (key for body in self.bodies for key in body.keys)
        object.__setattr__(self, "_bodies", index)
        object.__setattr__(self, "ring", Ring(keys))

    def body(self, prefix: str) -> BodyEntry | None:
        """Return the body whose numbers begin with `prefix`."""
        return self._bodies.get(prefix)

    def own_host(self, host: str, on: date) -> bool:
        """Say whether `host` was ours on a day."""
        return any(
            entry.host == host and is_in_window(on, entry.valid_from, entry.valid_to)
            for entry in self.hosts
        )


def parse_key_document(data: bytes) -> KeyDocument:
    """Return the key document that `data` holds; nobody has vouched for it yet.

    Args:
        data: what root keys sign.

    Raises:
        KeysError: `json_invalid`, or the fault of an entry, such as `key_document_invalid` or
            `jwk_invalid`, with evidence saying `where`.
    """
    value = load_strict_json(data, max_bytes=MAX_DOCUMENT_BYTES)
    quorate = isinstance(value, dict) and _QUORUM in value
    fields = Fields(value, "", _DOCUMENT_FIELDS | ({_QUORUM} if quorate else frozenset()))
    if (fields.integer("format"), fields.text("kind")) != (FORMAT_VERSION, Kind.TRUST_LIST.value):
        raise invalid("format", Text("格式版本不受支持", "is a format that is not supported"))
    return read_at(
        "",
        lambda: KeyDocument(
            version=fields.integer("version"),
            demo=fields.flag("demo"),
            published_at=fields.moment("published_at"),
            expires_at=fields.moment("expires_at"),
            hosts=fields.items("hosts", _read_host),
            bodies=fields.items("bodies", _read_body),
            logs=fields.items("logs", read_log),
            status_keys=fields.items("status_keys", read_status_key),
            witnesses=fields.items("witnesses", read_vkey),
            witness_quorum=_read_quorum(fields) if quorate else 0,
        ),
    )


def dump_key_document(document: KeyDocument) -> bytes:
    """Return the one file that stands for `document`: sorted names, two blanks, a line feed."""
    value = {
        "format": FORMAT_VERSION,
        "kind": Kind.TRUST_LIST.value,
        "version": document.version,
        "demo": document.demo,
        "published_at": write_moment(document.published_at),
        "expires_at": write_moment(document.expires_at),
        "hosts": [
            {"host": entry.host, **write_window(entry.valid_from, entry.valid_to)}
            for entry in document.hosts
        ],
        "bodies": [_dump_body(body) for body in document.bodies],
        "logs": [dump_log(entry) for entry in document.logs],
        "status_keys": [dump_status_key(entry) for entry in document.status_keys],
        "witnesses": list(document.witnesses),
        **({_QUORUM: document.witness_quorum} if document.witness_quorum else {}),
    }
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def _read_quorum(fields: Fields) -> int:
    quorum = fields.integer(_QUORUM)
    if quorum < 1:
        raise fields.refuse(_QUORUM, Text("应不小于 1", "must be 1 or more"))
    return quorum


def _read_host(value: object, where: str) -> Host:
    fields = Fields(value, where, _HOST_FIELDS)
    return read_at(
        where,
        lambda: Host(
            host=fields.text("host"),
            valid_from=fields.day("valid_from"),
            valid_to=fields.open_day("valid_to"),
        ),
    )


def _read_body(value: object, where: str) -> BodyEntry:
    fields = Fields(value, where, _BODY_FIELDS)
    prefix = fields.text("prefix")
    read_at(where, lambda: check_prefix(prefix))
    return read_at(
        where,
        lambda: BodyEntry(
            prefix=prefix,
            name=fields.text("name"),
            scopes=fields.items("scopes", _read_scope),
            keys=fields.items("keys", lambda item, place: _read_key(item, place, prefix)),
        ),
    )


def _read_scope(value: object, where: str) -> Scope:
    fields = Fields(value, where, _SCOPE_FIELDS)
    return read_at(
        where,
        lambda: Scope(
            occupation=fields.integer("occupation"),
            levels=fields.items("levels", _read_level),
            valid_from=fields.day("valid_from"),
            valid_to=fields.open_day("valid_to"),
        ),
    )


def _read_level(value: object, where: str) -> Level:
    if type(value) is not int:
        raise invalid(where, Text("应为整数", "must be a whole number"))
    return read_at(where, lambda: Level(value))


def _read_key(value: object, where: str, prefix: str) -> PublicKey:
    fields = Fields(value, where, _KEY_FIELDS)
    members = fields.item("jwk")
    if not isinstance(members, dict):
        raise invalid(fields.path("jwk"), Text("应为对象", "must be an object"))
    jwk = fields.read("jwk", lambda: parse_jwk(members))
    return read_at(
        where,
        lambda: PublicKey(
            key_id=fields.integer("key_id"),
            algorithm=fields.read(
                "algorithm", lambda: algorithm_by_label(fields.text("algorithm"))
            ),
            jwk=jwk,
            prefix=prefix,
            valid_from=fields.day("valid_from"),
            valid_to=fields.open_day("valid_to"),
            standing=fields.read("standing", lambda: Standing(fields.text("standing"))),
            compromised_since=fields.open_moment("compromised_since"),
        ),
    )


def dump_signing_key(key: PublicKey) -> bytes:
    """Return what of a key never changes: enough to check a record that it signed.

    Args:
        key: whose record it is.
    """
    entry = {
        "prefix": key.prefix,
        "key_id": key.key_id,
        "algorithm": key.algorithm.label,
        "jwk": key.jwk.as_dict(),
    }
    return (json.dumps(entry, sort_keys=True, indent=2) + "\n").encode("ascii")


def _dump_body(body: BodyEntry) -> dict[str, object]:
    return {
        "prefix": body.prefix,
        "name": body.name,
        "scopes": [
            {
                "occupation": scope.occupation,
                "levels": [int(level) for level in scope.levels],
                **write_window(scope.valid_from, scope.valid_to),
            }
            for scope in body.scopes
        ],
        "keys": [
            {
                "key_id": key.key_id,
                "algorithm": key.algorithm.label,
                "jwk": key.jwk.as_dict(),
                "standing": key.standing.value,
                "compromised_since": (
                    None if key.compromised_since is None else write_moment(key.compromised_since)
                ),
                **write_window(key.valid_from, key.valid_to),
            }
            for key in body.keys
        ],
    }


def _document_error(field_name: str) -> KeysError:
    return KeysError(
        "key_document_invalid",
        Text("公钥文件中的取值不正确", "A value of the key document is not allowed"),
        evidence={"field": field_name},
    )
