"""Opens the desk of a body for one run: home, passphrase, public address, published keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select

from codes.wording import Text
from issuer.desk import Desk, KeyCabinet, Opening, load_site, shanghai_day
from issuer.errors import IssuerError
from issuer.log_custody import ensure_log
from issuer.publishing import add_host, parse_public_url, publish
from issuer.sealing import open_seal
from keys.document import KeyDocument, parse_key_document
from registry.home import Home
from registry.models import PublicHost
from registry.schema import open_registry
from registry.session import transaction


@contextmanager
def open_desk(
    home: Home,
    *,
    prefix: str,
    passphrase: bytes,
    public_url: str,
    sample: bool,
    dry_run: bool = False,
    workers: int = 1,
    clock: Callable[[], datetime],
) -> Iterator[Desk]:
    """Open the desk of the body filed under `prefix` for one block; changes nothing.

    Args:
        home: the installation.
        prefix: 13 characters.
        passphrase: opens vault and private keys.
        public_url: the address printed in QR codes.
        sample: the operator asks for samples (样本); must agree with what the home is.
        dry_run: nothing will be printed, so the address may still be missing.
        workers: how many processes may work for it where there is much to do.
        clock: returns now, aware UTC.

    Raises:
        IssuerError: no such body, a missing public address, real issuing with demo keys.
        VaultError: the passphrase is wrong.
        RegistryUnavailable, HomeError, KeysError: the installation is not fit for work.
    """
    _check_sample(home, sample=sample)
    qr_url_prefix = ""
    if public_url or not dry_run:
        _, qr_url_prefix = parse_public_url(public_url, demo=home.demo)
    vault = home.vault(passphrase)
    document = read_key_document(home)
    with open_registry(home.database_url) as engine:
        site = load_site(engine, prefix)
        yield Desk(
            home=home,
            engine=engine,
            vault=vault,
            pepper=home.pepper(),
            site=site,
            document=document,
            cabinet=KeyCabinet(home, site, document, passphrase),
            seal=open_seal(home, prefix, passphrase, clock=clock),
            qr_url_prefix=qr_url_prefix,
            clock=clock,
            opening=Opening(prefix=prefix, passphrase=passphrase),
            workers=workers,
        )


def _check_sample(home: Home, *, sample: bool) -> None:
    """Refuse real issuing in a demo home, and samples elsewhere."""
    if home.demo and not sample:
        raise IssuerError(
            "demo_home",
            Text(
                "这是演示数据目录，演示密钥不能签发正式证书；要制作样本请加 --sample",
                "this is a demo home and demo keys cannot sign real certificates; "
                "add --sample to make samples",
            ),
        )
    if sample and not home.demo:
        raise IssuerError(
            "not_demo_home",
            Text("--sample 只能用于演示数据目录", "--sample works only in a demo home"),
        )


def announce_host(desk: Desk, public_url: str, *, another: bool) -> bool:
    """Put the host of the QR codes on the published list before the first one is printed.

    The first host also names the public log, which is begun then where `yanzhen init` knew none.

    Args:
        desk: the body's place of work.
        public_url: the address printed in QR codes.
        another: the operator confirmed that this host is to stand beside the ones before it.

    Returns:
        Whether the host was new, and the key document published anew.

    Raises:
        IssuerError: other hosts were printed before and this one was not confirmed
            (`public_host_new`): printed paper cannot be mended.
        LogRefused: as `ensure_log`.
    """
    host, _ = parse_public_url(public_url, demo=desk.home.demo)
    now = desk.clock()
    ensure_log(desk.home, desk.engine, host, desk.opening.passphrase)
    with transaction(desk.engine) as session:
        known = session.scalars(select(PublicHost.host).order_by(PublicHost.id)).all()
        if known and host not in known and not another:
            raise IssuerError(
                "public_host_new",
                Text(
                    f"此前印发的二维码指向 {known[-1]}，这次为 {host}。印出后无法更改；"
                    "确认启用新网址请加 --new-host",
                    f"QR codes so far lead to {known[-1]}, these would lead to {host}. Print "
                    "cannot be changed; add --new-host to confirm",
                ),
            )
        new = add_host(session, host, valid_from=shanghai_day(now))
        if new:
            publish(session, desk.home, now=now)
    return new


def read_key_document(home: Home) -> KeyDocument:
    """Return the published key document.

    Raises:
        IssuerError: none is published yet (`key_document_missing`).
        KeysError: it is damaged.
    """
    try:
        return parse_key_document(home.key_document_path.read_bytes())
    except OSError as error:
        raise IssuerError(
            "key_document_missing",
            Text(
                "尚未发布公钥文件，请先运行 yanzhen filing record 和 yanzhen keys new",
                "no key document is published; run yanzhen filing record and yanzhen keys new",
            ),
        ) from error
