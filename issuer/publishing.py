"""Publishes the trust list: who may sign what, with which key, and which hosts are ours.

What is on record is composed into a key document and signed by the root keys that lie in the home.
Where these are enough it is in force at once; else it waits as a draft for those kept elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.levels import Level
from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.filing_sums import windows_as_acted, windows_on_record
from issuer.host_names import is_host
from issuer.published_rows import Signed, check_evidence
from issuer.root_custody import check_roots, lacks_root_keys, read_roots
from issuer.services import log_sources, read_witnesses, status_keys
from keys.algorithms import Algorithm, parse_jwk
from keys.document import BodyEntry, Host, KeyDocument, dump_key_document
from keys.errors import KeysError
from keys.jws import Kind, SignedFile
from keys.ring import PublicKey, Scope, Standing
from keys.root import RootDocument
from keys.root_signing import RootKey, sign_file
from keys.trust_list import (
    TrustDraft,
    TrustList,
    dump_trust_draft,
    parse_trust_draft,
    parse_trust_list,
)
from log.leaves import LeafKind, TrustLeaf, encode_body
from registry.errors import HomeError
from registry.home import Home
from registry.log_models import LogEntry
from registry.logbook import append
from registry.models import Filing, KeyDocumentIssue, PublicHost, Site
from registry.row_memory import TRUST_ROWS, check_remembered
from registry.session import insert_if_absent
from registry.store import make_folder, sweep_unfinished, write_durably
from registry.trust_file import root_pin, trust_list_of
from registry.trust_memory import TrustMemory, check_not_older

PUBLIC_URL_VARIABLE = "YANZHEN_PUBLIC_URL"
LANDING_PATH = "/q#"
LIST_TERM = timedelta(days=180)
"""How long a list is fresh; every publishing begins anew."""


def parse_public_url(text: str, *, demo: bool) -> tuple[str, str]:
    """Return (host, QR address prefix) for the public address printed in QR codes.

    Args:
        text: such as `https://yz.example.cn`; plain http is for demos only.

    Raises:
        IssuerError: `public_url_missing` or `public_url_wrong`.
    """
    if not text:
        raise IssuerError(
            "public_url_missing",
            Text(
                f"请先设置 {PUBLIC_URL_VARIABLE}（如 https://yz.example.cn）："
                "它将印入每张证书的二维码，印出后无法更改",
                f"set {PUBLIC_URL_VARIABLE} first (such as https://yz.example.cn): it goes into "
                "every printed QR code and cannot be changed afterwards",
            ),
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    schemes = ("https", "http") if demo else ("https",)
    extra = (parts.query, parts.fragment, parts.username, parts.password, parts.path.strip("/"))
    host = parts.hostname or ""
    if parts.scheme not in schemes or not is_host(host) or any(extra) or not text.isascii():
        raise IssuerError(
            "public_url_wrong",
            Text(
                f"{PUBLIC_URL_VARIABLE} 应为 https:// 开头的网址，不带路径和参数",
                f"{PUBLIC_URL_VARIABLE} must be an https:// address without path or query",
            ),
        )
    # As browsers do: a default port is not part of the address.
    default = {"https": 443, "http": 80}[parts.scheme]
    shown = host if port in (None, default) else f"{host}:{port}"
    return shown, f"{parts.scheme}://{shown}{LANDING_PATH}"


def add_host(session: Session, host: str, *, valid_from: date) -> bool:
    """Add a host to the dated list of our own; return whether it was new."""
    return insert_if_absent(session, PublicHost, host=host, valid_from=valid_from, valid_to=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What an act that changes the trust list came to.

    Args:
        document: what the list says.
        missing: how many signatures of root keys it still waits for; 0 where it is in force.
        keyless: where the home keeps root keys, if none that counts lies there; else None.
    """

    document: KeyDocument
    missing: int
    keyless: Path | None

    @property
    def in_force(self) -> bool:
        """Whether verifiers read it from now on."""
        return self.missing == 0

    def as_dict(self) -> dict[str, int]:
        """Return it as members of a JSON answer."""
        return {
            "trust_list_version": self.document.version,
            "signatures_missing": self.missing,
            "root_keys_here": self.keyless is None,
        }

    @property
    def text(self) -> Text:
        """What the operator is told of it."""
        version = self.document.version
        if self.in_force:
            return Text(
                f"信任列表第 {version} 版已发布", f"trust list version {version} is published"
            )
        waiting = Text(
            f"信任列表第 {version} 版还差 {self.missing} 个根密钥签名，签齐发布之前旧版仍然有效。"
            "用 yanzhen trust draft 取出待签文件",
            f"trust list version {version} waits for {self.missing} more root signatures; until "
            "they are there and it is published the one before stays in force. "
            "yanzhen trust draft writes out what is to be signed",
        )
        if self.keyless is None:
            return waiting
        lacking = keyless_text(self.keyless)
        return Text(f"{waiting.zh}\n{lacking.zh}", f"{waiting.en}\n{lacking.en}")


def keyless_text(folder: Path) -> Text:
    """Return what is said where a home has none of the root keys that are asked for.

    Args:
        folder: where it would keep them.
    """
    return Text(
        "本数据目录中没有根文件所要求的任何一个根密钥。由持有人离线保管的，请持有人签署；"
        f"原在本目录、因恢复备份等缺失的，请把另存的根密钥文件放回 {folder}，"
        "再运行 yanzhen keys publish",
        "this home has none of the root keys that the root document asks for. Where holders keep "
        "them off line, have the holders sign; where one lay here and is gone, as after a "
        f"restore, put the copy kept elsewhere back into {folder} and run yanzhen keys publish",
    )


def publish(
    session: Session,
    home: Home,
    *,
    now: datetime,
    signers: Sequence[RootKey],
    new_host: str | None = None,
) -> Publication:
    """Compose the trust list of what is on record under the next version, and sign it.

    Call it last in a transaction: where it comes into force it replaces the old one at once.

    Args:
        now: aware.
        signers: the root keys that lie in the home, `open_root_keys`.
        new_host: the host that this act puts on record.

    Raises:
        IssuerError: a row is there that no act accounts for (`published_rows_unexplained`).
        HomeError: the home has no root yet (`root_missing`).
        KeysError: its root documents do not hold.
        RegistryError: a row was changed behind the office's back (`row_altered`).
    """
    roots = read_roots(home)
    root = check_roots(home, roots).last
    session.flush()
    check_remembered(session, TRUST_ROWS)  # before any of them is read
    _check_sums(session)
    check_accounted(session, home, new_host=new_host)
    document = compose(session, home, now=now)
    session.add(KeyDocumentIssue(version=document.version, published_at=now))
    session.flush()
    file = SignedFile(payload=dump_key_document(document))
    for key in signers:
        if key.public in root.keys:
            file = sign_file(key, file, Kind.TRUST_LIST)
    return put_list(session, home, TrustDraft(document=document, file=file, roots=roots))


def check_accounted(session: Session, home: Home, *, new_host: str | None = None) -> None:
    """Refuse rows that no act, key file or earlier list accounts for, whatever remembers rows.

    Raises:
        IssuerError: as `check_evidence`.
    """
    former = _in_force(home)
    lasting = None if former is None else former.document
    documents = [] if lasting is None else [lasting]
    if lasting and session.get(KeyDocumentIssue, lasting.version) is None:
        lasting = None
    if home.trust_draft_path.exists():
        documents.append(parse_trust_draft(home.trust_draft_path.read_bytes()).document)
    ever = TrustMemory(home.trust_memory_path).seen() is not None
    signed = Signed(documents=documents, lasting=lasting, ever=ever, new_host=new_host)
    check_evidence(session, home, signed)


def put_list(session: Session, home: Home, draft: TrustDraft) -> Publication:
    """Bring a list into force where enough root keys signed it; else keep it as the draft.

    Args:
        draft: with the signatures it has; its root documents are replaced by the home's own.

    Raises:
        IssuerError: a newer list is in force (`trust_draft_outdated`).
        KeysError, HomeError: as `publish`.
    """
    roots = read_roots(home)
    root = check_roots(home, roots).last
    data = dump_trust_draft(draft.file, roots)
    missing = missing_signatures(draft.file, root)
    if missing:
        make_folder(home.trust_draft_path.parent)
        write_durably(home.trust_draft_path, data)
    else:
        _put_in_force(session, home, parse_trust_list(data, root_pin(home)))
    keyless = home.root_key_folder if lacks_root_keys(home, root) else None
    return Publication(document=draft.document, missing=missing, keyless=keyless)


def _check_sums(session: Session) -> None:
    """Refuse rights that no act gave."""
    for site in session.scalars(select(Site).order_by(Site.prefix)):
        if windows_as_acted(session, site) != windows_on_record(site):
            raise IssuerError(
                "filing_not_acted",
                Text(
                    f"{site.prefix} 的备案范围与历次备案决定不符（filings 表被改动），"
                    "未发布。请运行 yanzhen log fsck，并从备份恢复",
                    f"what {site.prefix} is filed for is not the sum of the acts on it (rows of "
                    "filings were changed); nothing was published. Run yanzhen log fsck and "
                    "restore the database from a backup",
                ),
            )


def missing_signatures(file: SignedFile, root: RootDocument) -> int:
    """Return how many keys of a root document have yet to sign a list."""
    return max(0, root.threshold - len(file.signers(Kind.TRUST_LIST, root.keys)))


def _put_in_force(session: Session, home: Home, trust: TrustList) -> None:
    """Replace the published list; the one place where a list comes into force.

    Its leaf for the public log goes with the transaction, before the file is written; that of the
    list before too, where a transaction was undone after its list was in force.
    """
    memory = TrustMemory(home.trust_memory_path)
    try:
        check_not_older(trust, memory.seen())
    except KeysError as error:
        raise IssuerError(
            "trust_draft_outdated",
            Text(
                "已有更新的信任列表，这一版不能再发布；请重新取出待签文件",
                "a newer trust list is in force; this one cannot be published any more. Write out "
                "what is to be signed again",
            ),
        ) from error
    for one in (_in_force(home), trust):
        if one is not None:
            _append_leaf(session, one)
    sweep_unfinished(home.key_document_path.parent)
    write_durably(home.key_document_path, trust.data, mode=0o644)
    memory.accept(trust)
    home.trust_draft_path.unlink(missing_ok=True)


def _append_leaf(session: Session, trust: TrustList) -> None:
    version = trust.document.version
    issue = session.get(KeyDocumentIssue, version)
    if issue is None:  # the transaction that composed it was undone
        issue = KeyDocumentIssue(version=version, published_at=trust.document.published_at)
        session.add(issue)
    issue.sha256 = trust.sha256
    leaf = TrustLeaf(version=version, sha256=trust.sha256)
    known = select(LogEntry.id).where(
        LogEntry.kind == LeafKind.TRUST, LogEntry.body == encode_body(leaf)
    )
    if session.scalar(known) is None:
        append(session, leaf)


def compose(session: Session, home: Home, *, now: datetime) -> KeyDocument:
    """Return the key document of what is on record, under the next version.

    Versions go on from the newest list ever seen, also where the database is an older one.
    """
    last = session.scalar(select(func.max(KeyDocumentIssue.version))) or 0
    seen = TrustMemory(home.trust_memory_path).seen()
    former = _in_force(home)
    sites = session.scalars(select(Site).order_by(Site.prefix)).all()
    hosts = session.scalars(select(PublicHost).order_by(PublicHost.id)).all()
    witnesses = read_witnesses(home)
    published_at = now.astimezone(UTC).replace(microsecond=0)
    return KeyDocument(
        version=max(last, seen.version if seen else 0) + 1,
        demo=home.demo,
        published_at=published_at,
        expires_at=published_at + LIST_TERM,
        hosts=tuple(Host(host=h.host, valid_from=h.valid_from, valid_to=h.valid_to) for h in hosts),
        bodies=tuple(_body_entry(site) for site in sites),
        logs=log_sources(home, former.document if former else None, shanghai_day(now)),
        status_keys=status_keys(home),
        witnesses=tuple(witnesses.urls),
        witness_quorum=witnesses.quorum,
    )


def _in_force(home: Home) -> TrustList | None:
    """Return the published list, None where it is none to believe."""
    try:
        return trust_list_of(home)()
    except (OSError, KeysError, HomeError):
        return None


def _body_entry(site: Site) -> BodyEntry:
    return BodyEntry(
        prefix=site.prefix,
        name=site.body.name,
        scopes=_scopes(site.filings),
        keys=tuple(
            PublicKey(
                key_id=key.key_id,
                algorithm=Algorithm(key.algorithm),
                jwk=parse_jwk(json.loads(key.public_jwk)),
                prefix=site.prefix,
                valid_from=key.valid_from,
                valid_to=key.valid_to,
                standing=Standing(key.standing),
                compromised_since=key.compromised_since,
            )
            for key in site.keys
        ),
    )


def _scopes(filings: list[Filing]) -> tuple[Scope, ...]:
    grouped: dict[tuple[int, date, date | None], list[Level]] = {}
    for filing in filings:
        key = (filing.occupation, filing.valid_from, filing.valid_to)
        grouped.setdefault(key, []).append(Level(filing.level))
    return tuple(
        Scope(occupation=occupation, levels=tuple(sorted(levels)), valid_from=start, valid_to=end)
        for (occupation, start, end), levels in grouped.items()
    )
