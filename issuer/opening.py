"""Opens the desk of a body for one run: home, passphrase, public address, published keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from codes.wording import Text
from issuer.desk import Desk, KeyCabinet, load_site, shanghai_day
from issuer.errors import IssuerError
from issuer.publishing import add_host, parse_public_url, publish
from keys.document import KeyDocument, parse_key_document
from registry.home import Home
from registry.schema import check_schema
from registry.session import database, transaction


@contextmanager
def open_desk(
    home: Home,
    *,
    prefix: str,
    passphrase: bytes,
    public_url: str,
    sample: bool,
    clock: Callable[[], datetime],
) -> Iterator[Desk]:
    """Open the desk of the body filed under `prefix` for one block; changes nothing.

    Args:
        home: the installation.
        prefix: 13 characters.
        passphrase: opens vault and private keys.
        public_url: the address printed in QR codes.
        sample: the operator asks for samples (样本); must agree with what the home is.
        clock: returns now, aware UTC.

    Raises:
        IssuerError: no such body, a missing public address, real issuing with demo keys.
        VaultError: the passphrase is wrong.
        RegistryUnavailable, HomeError, KeysError: the installation is not fit for work.
    """
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
    _, qr_url_prefix = parse_public_url(public_url, demo=home.demo)
    vault = home.vault(passphrase)
    document = read_key_document(home)
    with database(home.database_url) as engine:
        check_schema(engine)
        site = load_site(engine, prefix)
        yield Desk(
            home=home,
            engine=engine,
            vault=vault,
            pepper=home.pepper(),
            site=site,
            document=document,
            cabinet=KeyCabinet(home, site, document, passphrase),
            qr_url_prefix=qr_url_prefix,
            clock=clock,
        )


def announce_host(desk: Desk, public_url: str) -> bool:
    """Put the host of the QR codes on the published list before the first one is printed.

    Returns:
        Whether the host was new, and the key document published anew.
    """
    host, _ = parse_public_url(public_url, demo=desk.home.demo)
    now = desk.clock()
    with transaction(desk.engine) as session:
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
