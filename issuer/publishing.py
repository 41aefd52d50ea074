"""Publishes the key document: who may sign what, with which key, and which hosts are ours."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.levels import Level
from codes.wording import Text
from issuer.errors import IssuerError
from keys.algorithms import Algorithm, parse_jwk
from keys.document import BodyEntry, Host, KeyDocument, dump_key_document
from keys.ring import PublicKey, Scope, Standing
from registry.home import Home
from registry.models import Filing, KeyDocumentIssue, PublicHost, Site
from registry.session import insert_if_absent
from registry.store import write_durably

PUBLIC_URL_VARIABLE = "YANZHEN_PUBLIC_URL"
LANDING_PATH = "/q#"
_MOST_IN_LABEL = 63  # RFC 1035, 2.3.4


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


def is_host(host: str) -> bool:
    """Return whether a host has a name (or an IP address), and no empty or overlong part in it."""
    parts = host.removesuffix(".").split(".")
    return host.isprintable() and all(0 < len(part) <= _MOST_IN_LABEL for part in parts)


def add_host(session: Session, host: str, *, valid_from: date) -> bool:
    """Add a host to the dated list of our own; return whether it was new."""
    return insert_if_absent(session, PublicHost, host=host, valid_from=valid_from, valid_to=None)


def publish(session: Session, home: Home, *, now: datetime) -> KeyDocument:
    """Write the key document of what is on record, under the next version, and return it.

    Call it last in a transaction: the file replaces the old one at once.
    """
    document = compose(session, home, now=now)
    session.add(KeyDocumentIssue(version=document.version, published_at=now))
    session.flush()
    write_durably(home.key_document_path, dump_key_document(document), mode=0o644)
    return document


def compose(session: Session, home: Home, *, now: datetime) -> KeyDocument:
    """Return the key document of what is on record, under the next version."""
    last = session.scalar(select(func.max(KeyDocumentIssue.version))) or 0
    sites = session.scalars(select(Site).order_by(Site.prefix)).all()
    hosts = session.scalars(select(PublicHost).order_by(PublicHost.id)).all()
    return KeyDocument(
        version=last + 1,
        demo=home.demo,
        published_at=now.astimezone(UTC).replace(microsecond=0),
        hosts=tuple(Host(host=h.host, valid_from=h.valid_from, valid_to=h.valid_to) for h in hosts),
        bodies=tuple(_body_entry(site) for site in sites),
    )


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
