"""What a root document or a trust list says, entry by entry, and how two of them differ.

Whoever signs answers for every entry, so nothing that is signed is left out here: of each key there
is its fingerprint, the thumbprint that `yanzhen trust key` and verifiers know it by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from codes.errors import CodesError
from codes.levels import Level
from codes.occupations import occupation_by_index
from codes.wording import Text
from keys.document import BodyEntry, KeyDocument
from keys.jws import key_name
from keys.ring import PublicKey, Scope, Standing
from keys.root import RootDocument

Value = str | int | bool | None | tuple[int, ...]

_STANDINGS = {
    Standing.ACTIVE: Text("在用", "active"),
    Standing.RETIRED: Text("已停用", "retired"),
    Standing.COMPROMISED: Text("已失密", "compromised"),
}


class EntryKind(StrEnum):
    """What an entry is about."""

    THRESHOLD = "threshold"
    ROOT_KEY = "root_key"
    DEMO = "demo"
    HOST = "host"
    BODY = "body"
    SCOPE = "scope"
    KEY = "key"
    LOG = "log"
    STATUS_KEY = "status_key"
    WITNESS = "witness"
    QUORUM = "witness_quorum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing a document says.

    Args:
        kind: what it is about.
        name: what it is known by among those of its kind and body: the same name with another
            text is a change.
        body: prefix of the body it belongs to; empty where to none.
        values: its members in a JSON answer.
        text: a line of it, without the body.
    """

    kind: EntryKind
    name: str
    body: str = ""
    values: tuple[tuple[str, Value], ...]
    text: Text

    @property
    def identity(self) -> tuple[EntryKind, str, str]:
        """What stays the same when it changes."""
        return self.kind, self.body, self.name

    def as_dict(self) -> dict[str, Value]:
        """Return it as an object of a JSON answer."""
        body = {"prefix": self.body} if self.body else {}
        return {"kind": self.kind.value, **body, **dict(self.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How a document differs from the one in force.

    Args:
        version: of the one in force.
        added, removed: entries that only one of the two has.
        changed: entries of one identity, as they are in force and as they are to be.
    """

    version: int
    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: tuple[tuple[Entry, Entry], ...]


def compare(former: RootDocument | KeyDocument, document: RootDocument | KeyDocument) -> Changes:
    """Return how a document differs from the one in force; an entry twice there is told twice."""
    before, now = entries_of(former), entries_of(document)
    kept = set(before) & set(now)
    gone = [entry for entry in before if entry not in kept]
    added: list[Entry] = []
    changed: list[tuple[Entry, Entry]] = []
    for entry in now:
        if entry in kept:
            continue
        old = next((one for one in gone if one.identity == entry.identity), None)
        if old is None:
            added.append(entry)
        else:
            gone.remove(old)
            changed.append((old, entry))
    return Changes(
        version=former.version, added=tuple(added), removed=tuple(gone), changed=tuple(changed)
    )


def entries_of(document: RootDocument | KeyDocument) -> tuple[Entry, ...]:
    """Return everything a document says but its version and its days."""
    if isinstance(document, RootDocument):
        return tuple(_root_entries(document))
    return tuple(_list_entries(document))


def _root_entries(document: RootDocument) -> Iterator[Entry]:
    count, threshold = len(document.keys), document.threshold
    yield Entry(
        kind=EntryKind.THRESHOLD,
        name="",
        values=(("threshold", threshold), ("keys", count)),
        text=Text(
            f"{count} 个根密钥须 {threshold} 个签署",
            f"{threshold} of {count} root keys must sign",
        ),
    )
    for key in document.keys:
        name, label = key_name(key), key.algorithm.label
        yield Entry(
            kind=EntryKind.ROOT_KEY,
            name=name,
            values=(("algorithm", label), ("fingerprint", name)),
            text=Text(f"根密钥 {name}（{label}）", f"root key {name} ({label})"),
        )


def _list_entries(document: KeyDocument) -> Iterator[Entry]:
    if document.demo:
        yield Entry(
            kind=EntryKind.DEMO,
            name="",
            values=(("demo", True),),
            text=Text("演示用，所签证书无效", "for demonstration, nothing of it is in force"),
        )
    for host in document.hosts:
        days = _days(host.valid_from, host.valid_to)
        yield Entry(
            kind=EntryKind.HOST,
            name=f"{host.host} {host.valid_from}",
            values=(("host", host.host), *_window(host.valid_from, host.valid_to)),
            text=Text(f"网址 {host.host}  {days.zh}", f"host {host.host}  {days.en}"),
        )
    for body in document.bodies:
        yield from _body_entries(body)
    yield from _service_entries(document)


def _body_entries(body: BodyEntry) -> Iterator[Entry]:
    yield Entry(
        kind=EntryKind.BODY,
        name="",
        body=body.prefix,
        values=(("name", body.name),),
        text=Text(f"机构 {body.name}", f"body {body.name}"),
    )
    for scope in body.scopes:
        yield _scope_entry(body.prefix, scope)
    for key in body.keys:
        yield _key_entry(key)


def _scope_entry(prefix: str, scope: Scope) -> Entry:
    days, occupation = _days(scope.valid_from, scope.valid_to), _occupation(scope.occupation)
    levels = "、".join(level.zh for level in scope.levels)
    numbers = tuple(int(level) for level in scope.levels)
    return Entry(
        kind=EntryKind.SCOPE,
        name=f"{scope.occupation} {numbers} {scope.valid_from}",
        body=prefix,
        values=(
            ("occupation", scope.occupation),
            ("occupation_name", occupation.zh),
            ("levels", numbers),
            *_window(scope.valid_from, scope.valid_to),
        ),
        text=Text(
            f"备案 {occupation.zh}  {levels}  {days.zh}",
            f"scope {occupation.en}  {_english(scope.levels)}  {days.en}",
        ),
    )


def _key_entry(key: PublicKey) -> Entry:
    days, standing, since = (
        _days(key.valid_from, key.valid_to),
        _STANDINGS[key.standing],
        key.compromised_since,
    )
    when = Text("", "")
    if since is not None:
        when = Text(
            f"（{since:%Y-%m-%d %H:%M:%S} UTC 起）", f" since {since:%Y-%m-%d %H:%M:%S} UTC"
        )
    name, label = key_name(key.jwk), key.algorithm.label
    return Entry(
        kind=EntryKind.KEY,
        name=name,
        body=key.prefix,
        values=(
            ("key_id", f"{key.key_id:04x}"),
            ("algorithm", label),
            ("standing", key.standing.value),
            ("compromised_since", None if since is None else since.isoformat()),
            *_window(key.valid_from, key.valid_to),
            ("fingerprint", name),
        ),
        text=Text(
            f"密钥 {key.key_id:04x}  {label}  {standing.zh}{when.zh}  {days.zh}  指纹 {name}",
            f"key {key.key_id:04x}  {label}  {standing.en}{when.en}  {days.en}  fingerprint {name}",
        ),
    )


def _service_entries(document: KeyDocument) -> Iterator[Entry]:
    for log in document.logs:
        days = _days(log.valid_from, log.valid_to)
        yield Entry(
            kind=EntryKind.LOG,
            name=f"{log.vkey} {log.valid_from}",
            values=(("vkey", log.vkey), *_window(log.valid_from, log.valid_to)),
            text=Text(f"公开日志 {log.vkey}  {days.zh}", f"log {log.vkey}  {days.en}"),
        )
    for key in document.status_keys:
        days, name = _days(key.valid_from, key.valid_to), key_name(key.jwk)
        label = key.jwk.algorithm.label
        yield Entry(
            kind=EntryKind.STATUS_KEY,
            name=f"{name} {key.valid_from}",
            values=(
                ("algorithm", label),
                *_window(key.valid_from, key.valid_to),
                ("fingerprint", name),
            ),
            text=Text(
                f"状态列表密钥 {label}  {days.zh}  指纹 {name}",
                f"status key {label}  {days.en}  fingerprint {name}",
            ),
        )
    for vkey in document.witnesses:
        yield Entry(
            kind=EntryKind.WITNESS,
            name=vkey,
            values=(("vkey", vkey),),
            text=Text(f"见证人 {vkey}", f"witness {vkey}"),
        )
    quorum = document.witness_quorum
    yield Entry(
        kind=EntryKind.QUORUM,
        name="",
        values=(("quorum", quorum),),
        text=Text(
            f"检查点须由见证人 {quorum} 个签署", f"{quorum} witnesses must cosign a checkpoint"
        ),
    )


def _occupation(index: int) -> Text:
    """Return what an occupation is called; a list may be newer than this program's table."""
    try:
        known = occupation_by_index(index)
    except CodesError:
        return Text(
            f"第 {index} 号职业（不在本机职业目录内）",
            f"occupation {index} (not in the table of this machine)",
        )
    return Text(
        f"{known.zh}（{known.code}，{known.edition}）",
        f"{known.en} ({known.code}, {known.edition})",
    )


def _english(levels: Sequence[Level]) -> str:
    return ", ".join(level.en for level in levels)


def _days(first: date, last: date | None) -> Text:
    if last is None:
        return Text(f"自 {first} 起", f"from {first}")
    return Text(f"自 {first} 至 {last}", f"from {first} to {last}")


def _window(first: date, last: date | None) -> tuple[tuple[str, Value], ...]:
    return (
        ("valid_from", first.isoformat()),
        ("valid_to", None if last is None else last.isoformat()),
    )
