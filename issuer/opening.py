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
from issuer.root_custody import open_root_keys
from issuer.sealing import open_seal
from keys.trust_list import TrustList
from registry.home import Home
from registry.models import PublicHost
from registry.schema import open_registry
from registry.session import transaction
from registry.trust_file import trust_list_of


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
    trust = trust_source(home)
    trust()
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        site = load_site(engine, prefix)
        yield Desk(
            home=home,
            engine=engine,
            vault=vault,
            pepper=home.pepper(),
            site=site,
            trust=trust,
            cabinet=KeyCabinet(home, site, lambda: trust().document.ring, passphrase),
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

    The first host also names the public log, which is begun then where `yanzhen init` knew none;
    the key of the status lists is made, and listed too.

    Args:
        desk: the body's place of work.
        public_url: the address printed in QR codes.
        another: the operator confirmed that this host is to stand beside the ones before it.

    Returns:
        Whether the host was new, and the trust list published anew.

    Raises:
        IssuerError: other hosts were printed before and this one was not confirmed
            (`public_host_new`), or the list with it still waits for signatures
            (`public_host_waiting`): printed paper cannot be mended.
        LogRefused: as `ensure_log`.
    """
    host, _ = parse_public_url(public_url, demo=desk.home.demo)
    now = desk.clock()
    vkey = ensure_log(desk.home, desk.engine, host, desk.opening.passphrase)
    signers = open_root_keys(desk.home, desk.opening.passphrase)
    status_key = desk.cabinet.status_key(shanghai_day(now)).public
    document = desk.document
    listed = status_key in {key.jwk for key in document.status_keys} and str(vkey) in {
        log.vkey for log in document.logs
    }
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
        # Where the root is elsewhere, a key not listed yet waits for the next list drawn up.
        if new or (signers and not listed):
            publish(session, desk.home, now=now, signers=signers, new_host=host if new else None)
    if not desk.document.own_host(host, shanghai_day(now)):
        raise IssuerError(
            "public_host_waiting",
            Text(
                f"新网址 {host} 已列入待签的信任列表，签齐发布之前不能印入证书。"
                "用 yanzhen trust draft 取出待签文件",
                f"the new host {host} is in the trust list that waits for signatures and cannot "
                "be printed before it is published; yanzhen trust draft writes that list out",
            ),
        )
    return new


def trust_source(home: Home) -> Callable[[], TrustList]:
    """Return what gives the trust list in force, read anew whenever it was replaced.

    What it returns raises:
        IssuerError: none is published yet (`key_document_missing`).
        KeysError: it is not signed as it must be, or older than one seen before.

    Raises:
        HomeError: the home has no root yet (`root_missing`).
    """
    read = trust_list_of(home)

    def trust() -> TrustList:
        try:
            return read()
        except OSError as error:
            raise IssuerError(
                "key_document_missing",
                Text(
                    "尚未发布信任列表，请先运行 yanzhen filing record 和 yanzhen keys new",
                    "no trust list is published; run yanzhen filing record and yanzhen keys new",
                ),
            ) from error

    return trust
