"""Refuses to sign a trust list over rows that no act accounts for.

Whoever can write to the database could else have a key, a right or a host of his own signed by the
root. So every row is held against what lies outside the rows themselves: the acts on record and
their leaves, the last signed list, the draft that waits, the files of private keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.custody import has_key_file
from issuer.errors import IssuerError
from issuer.filing_sums import acts_of, step_of
from issuer.filing_trace import leaf_of, trace_filing
from keys.algorithms import parse_jwk
from keys.document import BodyEntry, KeyDocument
from keys.filing_windows import Window
from keys.ring import PublicKey, Standing
from log.leaves import LeafKind, encode_body
from registry.filing_models import FilingAct
from registry.home import Home
from registry.log_models import LogEntry
from registry.models import PublicHost, SigningKey, Site

_ORDER = (Standing.ACTIVE, Standing.RETIRED, Standing.COMPROMISED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What root keys, or a draft for them, said before: it was checked when it was drawn up.

    Args:
        documents: the list in force and the draft that waits, as far as there are any.
        lasting: of these the one that nothing may be gone from: the list in force, unless the
            database does not know that it was published, being older or the act undone.
        ever: whether any list was ever signed here.
        new_host: the host that this very act puts on record.
    """

    documents: Sequence[KeyDocument]
    lasting: KeyDocument | None
    ever: bool
    new_host: str | None


def check_evidence(session: Session, home: Home, signed: Signed) -> None:
    """Refuse rows that nothing accounts for; acts from before the log get their leaves.

    Raises:
        IssuerError: `published_rows_unexplained`, naming the first of them.
    """
    sites = session.scalars(select(Site).order_by(Site.id)).all()
    leaves = set(session.scalars(select(LogEntry.body).where(LogEntry.kind == LeafKind.FILING)))
    for site in sites:
        for wrong in (*_acts(session, site, leaves, signed), *_name(session, site)):
            raise _refused(wrong)
        for wrong in _keys(home, site, signed):
            raise _refused(wrong)
    hosts = session.scalars(select(PublicHost)).all()
    for wrong in (*_gone(sites, signed), *_hosts(hosts, signed)):
        raise _refused(wrong)


def _acts(session: Session, site: Site, leaves: set[bytes], signed: Signed) -> Iterator[Text]:
    """Yield acts that were never handed to the log, but those that are older than it."""
    older: list[FilingAct] = []
    for act in acts_of(session, site):
        if not act.logged and (not signed.ever or _was_signed(act, site.prefix, signed)):
            older.append(act)
        elif not act.logged or encode_body(leaf_of(act, site.prefix)) not in leaves:
            yield Text(
                f"filing_acts 第 {act.id} 行（{site.prefix}）没有对应的日志条目",
                f"row {act.id} of filing_acts ({site.prefix}) has no leaf for the public log",
            )
    if older:
        trace_filing(session, older[-1])


def _was_signed(act: FilingAct, prefix: str, signed: Signed) -> bool:
    """Say whether a signed list gave all that an act gives."""
    bodies = [document.body(prefix) for document in signed.documents]
    given = {window for body in bodies if body is not None for window in _windows_of(body)}
    return set(step_of(act).windows) <= given


def _windows_of(body: BodyEntry) -> Iterator[Window]:
    for scope in body.scopes:
        for level in scope.levels:
            yield Window(
                occupation=scope.occupation,
                level=level,
                first=scope.valid_from,
                last=scope.valid_to,
            )


def _name(session: Session, site: Site) -> Iterator[Text]:
    """Yield a name that is not the one the acts gave."""
    named = [json.loads(act.detail).get("name") for act in acts_of(session, site)]
    names = [name for name in named if name]
    if names and names[-1] != site.body.name:
        yield Text(
            f"bodies 中 {site.prefix} 的机构名称与备案决定不符",
            f"the name of {site.prefix} in bodies is not the one that was filed",
        )


def _keys(home: Home, site: Site, signed: Signed) -> Iterator[Text]:
    """Yield keys that are not as they were signed, or appeared without a private half."""
    rows = {row.key_id: row for row in site.keys}
    known: dict[int, list[PublicKey]] = {}
    for document in signed.documents:
        body = document.body(site.prefix)
        for key in () if body is None else body.keys:
            known.setdefault(key.key_id, []).append(key)
    lasting = None if signed.lasting is None else signed.lasting.body(site.prefix)
    kept = set() if lasting is None else {key.key_id for key in lasting.keys}
    for key_id in sorted(set(rows) | kept):
        row, before = rows.get(key_id), known.get(key_id, [])
        name = f"{site.prefix}-{key_id:04x}"
        if row is None:
            yield Text(
                f"signing_keys 中缺少已公布的密钥 {name}",
                f"the published key {name} is gone from signing_keys",
            )
        elif not all(_may_follow(row, key) for key in before):
            yield Text(
                f"signing_keys 中密钥 {name} 与已签署的信任列表不符",
                f"key {name} in signing_keys is not the one in the signed trust list",
            )
        elif not before and not has_key_file(home, site.prefix, key_id):
            yield Text(
                f"signing_keys 中密钥 {name} 在 secrets/keys 中没有私钥文件或令牌记录",
                f"key {name} in signing_keys has no private key and no token in secrets/keys",
            )


def _may_follow(row: SigningKey, key: PublicKey) -> bool:
    """Say whether acts can have made of a signed key what its row says now."""
    same = (row.algorithm, row.valid_from) == (int(key.algorithm), key.valid_from)
    standing, since = Standing(row.standing), row.compromised_since
    forward = _ORDER.index(standing) >= _ORDER.index(key.standing)
    earlier = key.compromised_since is None or (
        since is not None and since <= key.compromised_since
    )
    return same and parse_jwk(json.loads(row.public_jwk)) == key.jwk and forward and earlier


def _gone(sites: Sequence[Site], signed: Signed) -> Iterator[Text]:
    """Yield bodies that were signed and are on record no more."""
    prefixes = {site.prefix for site in sites}
    for body in () if signed.lasting is None else signed.lasting.bodies:
        if body.prefix not in prefixes:
            yield Text(
                f"sites 中缺少已公布的 {body.prefix}",
                f"the published {body.prefix} is gone from sites",
            )


def _hosts(rows: Sequence[PublicHost], signed: Signed) -> Iterator[Text]:
    """Yield hosts that are not as they were signed, or that nothing announced."""
    before: dict[str, set[date]] = {}
    for document in signed.documents:
        for entry in document.hosts:
            before.setdefault(entry.host, set()).add(entry.valid_from)
    for row in rows:
        if row.host != signed.new_host and row.valid_from not in before.get(row.host, set()):
            yield Text(
                f"public_hosts 中的 {row.host} 不是签发证书时启用的网址",
                f"{row.host} in public_hosts was not put there by issuing under that address",
            )
    lasting = () if signed.lasting is None else signed.lasting.hosts
    for host in sorted({entry.host for entry in lasting} - {row.host for row in rows}):
        yield Text(
            f"public_hosts 中缺少已公布的 {host}",
            f"the published host {host} is gone from public_hosts",
        )


def _refused(wrong: Text) -> IssuerError:
    return IssuerError(
        "published_rows_unexplained",
        Text(
            f"{wrong.zh}，疑有人绕过本系统改动数据库。未签署信任列表。"
            "请用 yanzhen trail show 查明何人何时办理过什么，再从备份恢复数据库，"
            "或删去该行后按规定的命令重新办理",
            f"{wrong.en}: the database seems to have been changed by another way than an act. No "
            "trust list was signed. See with yanzhen trail show who did what, then restore the "
            "database, or take the row out and do it again by the command that is for it",
        ),
    )
