"""What one run of issuing works with: the body, its key, the vault, the page printer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from accounts.spoken import spoken_day
from codes.number import NumberPrefix, parse_prefix
from codes.wording import Text
from issuer.custody import open_key, preferred_of
from issuer.errors import IssuerError
from issuer.filing import find_site
from issuer.log_custody import open_key_of_log
from issuer.sealing import Seal
from issuer.status_custody import ensure_status_key
from keys.document import KeyDocument
from keys.log_key import LogKey
from keys.ring import PublicKey, Ring
from keys.signing import PrivateKey
from keys.status_signing import StatusKey
from keys.trust_list import TrustList
from registry.home import Home
from registry.models import Site
from registry.session import reading
from registry.vault import Vault

SHANGHAI = ZoneInfo("Asia/Shanghai")


def shanghai_day(now: datetime) -> date:
    """Return the date of issue at the instant `now`: the calendar day in Asia/Shanghai."""
    return now.astimezone(SHANGHAI).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedKey:
    """A signing key ready for use, with its public identity."""

    key_id: int
    private: PrivateKey


class KeyCabinet:
    """Opens each private key of a site once and hands out the one for a day.

    Args:
        home: whose sealed key files are opened.
        site: the site, with its keys loaded.
        ring: returns the keys of the trust list in force, which says which key serves when.
        passphrase: opens the key files.
    """

    def __init__(self, home: Home, site: Site, ring: Callable[[], Ring], passphrase: bytes) -> None:
        self._home = home
        self._prefix = site.prefix
        # Keys made during the run are not among these: they are of the home as it is now.
        self._demo_keys = {key.key_id for key in site.keys if key.demo}
        self._ring = ring
        self._passphrase = passphrase
        self._preferred = preferred_of(site)
        self._opened: dict[int, PrivateKey] = {}
        self._log_key: LogKey | None = None
        self._status_key: StatusKey | None = None

    def log_key(self) -> LogKey:
        """Return the key that signs the public log's checkpoints.

        Raises:
            LogRefused: as `open_key_of_log`.
            KeysError: the passphrase is wrong.
        """
        if self._log_key is None:
            self._log_key = open_key_of_log(self._home, self._passphrase)
        return self._log_key

    def status_key(self, today: date) -> StatusKey:
        """Return the key that signs the status lists, made where the home has none yet.

        Args:
            today: the first day of a new key.

        Raises:
            IssuerError: as `ensure_status_key`.
            KeysError: the passphrase is wrong.
        """
        if self._status_key is None:
            self._status_key = ensure_status_key(self._home, self._passphrase, today)
        return self._status_key

    def key_for(self, day: date) -> OpenedKey:
        """Return the key that signs what is issued on `day`; raises as `keys_for`."""
        return self.keys_for(day)[0]

    def keys_for(self, day: date) -> tuple[OpenedKey, ...]:
        """Return the key that signs what is issued on `day`, and the one that signs beside it.

        By the list in force at this moment: a run takes the next key from the very signature after
        a rotation, and signs nothing more with a key that was retired or compromised meanwhile.

        Raises:
            IssuerError: there is none (`no_active_key`), it is a demo key in a real home
                (`demo_key`), or its file is missing or another's.
            KeysError: the passphrase is wrong.
        """
        found = self._ring().signing_keys(self._prefix, day, self._preferred)
        if not found:
            raise self._no_key(day)
        return tuple(self._open(public) for public in found)

    def _no_key(self, day: date) -> IssuerError:
        command = f"yanzhen keys new --body {self._prefix} --from {day}"
        if self._preferred is None:
            zh, en = "", ""
        else:
            label = self._preferred.label
            command += f" --algorithm {label}"
            zh, en = f" {label} ", f" {label}"
        on = spoken_day(day)
        return IssuerError(
            "no_active_key",
            Text(
                f"机构 {self._prefix} 在{on.zh}没有可用的{zh}签名密钥，请运行 {command}",
                f"body {self._prefix} has no{en} signing key for {on.en}; run {command}",
            ),
        )

    def _open(self, public: PublicKey) -> OpenedKey:
        if public.key_id in self._demo_keys and not self._home.demo:
            raise IssuerError(
                "demo_key",
                Text("演示密钥不能签发正式证书", "a demo key cannot sign real certificates"),
            )
        if public.key_id not in self._opened:
            self._opened[public.key_id] = open_key(
                self._home, self._prefix, public.jwk, self._passphrase
            )
        return OpenedKey(key_id=public.key_id, private=self._opened[public.key_id])


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a desk was opened with, so that another process can open the same one.

    Args:
        prefix: of the body, 13 characters.
        passphrase: opens vault and private keys.
    """

    prefix: str
    passphrase: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One body's place of work during a run.

    Args:
        home: the installation.
        engine: its database, for writing.
        vault: its vault, open.
        pepper: the public side's look-up secret.
        site: the filed site, detached, with body, filings and keys loaded.
        trust: returns the trust list in force, read anew whenever it was replaced; what was signed
            must verify against it.
        cabinet: the site's private keys.
        seal: the body's seal, open.
        qr_url_prefix: what every QR of this run begins with, up to and including `#`.
        clock: returns now, aware UTC.
        opening: what it was opened with.
        workers: how many processes may work for it where there is much to do, at least 1.
    """

    home: Home
    engine: Engine
    vault: Vault
    pepper: bytes
    site: Site
    trust: Callable[[], TrustList]
    cabinet: KeyCabinet
    seal: Seal
    qr_url_prefix: str
    clock: Callable[[], datetime]
    opening: Opening
    workers: int

    @property
    def document(self) -> KeyDocument:
        """The key document in force at this moment."""
        return self.trust().document

    @property
    def prefix(self) -> NumberPrefix:
        """The first 13 characters of every number this body gives."""
        return parse_prefix(self.site.prefix)


def load_site(engine: Engine, prefix: str) -> Site:
    """Return a site with its body, filings and keys, detached from the database.

    Raises:
        IssuerError: no such body is filed.
    """
    with reading(engine) as session:
        site = find_site(session, prefix)
        _ = (site.body.name, list(site.filings), list(site.keys))
        session.expunge_all()
    return site
