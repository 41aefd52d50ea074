"""The home folder: where one installation keeps its data, keys and published documents.

    home.json               what this home is (demo or real), made once
    registry.sqlite3        the database, unless YANZHEN_DATABASE_URL names another
    registry.sqlite3-line   empty; writers take turns at its lock (registry.line)
    registry.sqlite3-rows   hashes of the office's rows, outside it (registry.row_memory)
    secrets/vault.json      the vault keys under the operator's passphrase
    secrets/keys/*.pem      private keys under the same passphrase (written by the issuer)
    secrets/keys/*.json     where private keys in PKCS #11 tokens are, the PIN sealed by the vault
    secrets/seals/          seals' keys under the same passphrase, and their certificates
    secrets/report/*.pem    the keys that seal verification reports, and their certificates; the
                            sealer needs these and no other secret
    secrets/log/log.pem     the key that signs the log's checkpoints, under the same passphrase
    secrets/root/*.pem      root keys, as long as one person keeps them here
    drafts/                 what waits for the signatures of root keys kept elsewhere
    trust-memory/           the newest trust list, log and status lists seen, so that no older ones
                            are believed
    public/pepper           the public side's look-up secret
    public/keys.json        the published trust list
    public/root/            root documents, and `pin`: the one that is believed beforehand
    public/seal-root.cer    root certificate of the built-in authority of seals
    public/report-key.pem   certificates of the key that seals verification reports
    public/report-keys-former.json  fingerprints of those before it, and when each was used
    public/seal.crl         its list of revoked certificates
    public/log/             the public log: vkey, checkpoint, tiles; any web server can serve it
    log-memory/             the last checkpoint signed, and the lock of whoever publishes
    trail-memory            hashes of the audit trail, outside the database
    public/status/          the status lists, and the public keys they are signed with
    secrets/status/         the key that signs them, under the same passphrase
    status-memory.json      the greatest version of each list that `yanzhen verify` has seen
    public.sqlite3          the public side's own database (registry.public_database)
    employer-checks/        sealed lists of employers that are being checked at the desks
    desk-police/            says whether a runner judges what waits at the police desk
    store/                  sealed files, named by content
    desks-elsewhere         empty; says that the desks' database is not in the home

Only `Home.create` makes one; everything else refuses where there is none.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from codes.wording import Text
from registry.errors import HomeError
from registry.schema import upgrade
from registry.session import open_engine
from registry.store import FileStore, write_durably
from registry.vault import Vault, VaultKeys, new_key, open_vault_keys, seal_vault_keys

DATABASE_VARIABLE = "YANZHEN_DATABASE_URL"
EMPLOYER_CHECKS = "employer-checks"
_MARKER = "home.json"
_PEPPER_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """An existing home folder.

    Args:
        path: the folder.
        demo: whether everything issued here is a sample (样本).
        database_url: where the registry is.
    """

    path: Path
    demo: bool
    database_url: str

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        demo: bool,
        passphrase: bytes,
        now: datetime,
        environment: Mapping[str, str] = os.environ,
    ) -> Home:
        """Make a home at `path`, whole or not at all.

        Raises:
            HomeError: something is already there, or the folder cannot be written.
        """
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise HomeError(
                "home_exists",
                Text(
                    f"{path} 已存在且不为空，未作任何改动",
                    f"{path} is already there and not empty; nothing was changed",
                ),
            )
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _fill(draft, demo=demo, passphrase=passphrase, now=now, environment=environment)
            draft.replace(path)
        except OSError as error:
            raise HomeError(
                "home_not_writable",
                Text(
                    f"无法建立数据目录 {path}：{error.strerror}",
                    f"cannot make the home folder {path}: {error.strerror}",
                ),
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return cls.open(path, environment=environment)

    @classmethod
    def open(cls, path: Path, *, environment: Mapping[str, str] = os.environ) -> Home:
        """Open the home at `path`.

        Raises:
            HomeError: there is none (code `home_missing`), or its marker is damaged.
        """
        try:
            marker = json.loads((path / _MARKER).read_bytes())
            demo = marker["demo"]
            if marker["format"] != 1 or not isinstance(demo, bool):
                raise ValueError("unknown format")
        except FileNotFoundError as error:
            raise HomeError(
                "home_missing",
                Text(
                    f"{path} 不是验真数据目录。请先运行 yanzhen init，或用 YANZHEN_HOME 指定目录",
                    f"{path} is no Yanzhen home. Run yanzhen init first, or set YANZHEN_HOME",
                ),
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise HomeError(
                "home_damaged",
                Text(f"{path / _MARKER} 无法读取", f"{path / _MARKER} cannot be read"),
            ) from error
        default = f"sqlite:///{(path / 'registry.sqlite3').absolute()}"
        return cls(path=path, demo=demo, database_url=environment.get(DATABASE_VARIABLE) or default)

    @property
    def key_document_path(self) -> Path:
        """The published trust list."""
        return self.path / "public" / "keys.json"

    @property
    def root_folder(self) -> Path:
        """The published root documents, `1.json` and so on."""
        return self.path / "public" / "root"

    @property
    def root_pin_path(self) -> Path:
        """SHA-256 in hex of the root document that is believed beforehand."""
        return self.root_folder / "pin"

    @property
    def root_key_folder(self) -> Path:
        """Where root keys lie that were not taken elsewhere; only the issuer reads it."""
        return self.path / "secrets" / "root"

    @property
    def trust_draft_path(self) -> Path:
        """The trust list that waits for signatures."""
        return self.path / "drafts" / "trust-list.json"

    @property
    def trust_memory_path(self) -> Path:
        """The newest trust list seen; outside the database and what is published."""
        return self.path / "trust-memory" / "seen.json"

    @property
    def log_seen_path(self) -> Path:
        """The greatest checkpoint of the log that a verifier has believed, beside the list's."""
        return self.trust_memory_path.with_name("log.json")

    @property
    def lists_seen_path(self) -> Path:
        """The versions of its own status lists that this home's verifiers have seen."""
        return self.trust_memory_path.with_name("status-lists.json")

    @property
    def employer_checks_folder(self) -> Path:
        """Where lists that employers handed in at the desks lie, sealed, while they are checked."""
        return self.path / EMPLOYER_CHECKS

    @property
    def key_folder(self) -> Path:
        """Where sealed private keys lie; only the issuer reads it."""
        return self.path / "secrets" / "keys"

    @property
    def seal_folder(self) -> Path:
        """Where seals lie; only the issuer reads it."""
        return self.path / "secrets" / "seals"

    @property
    def report_key_folder(self) -> Path:
        """Where the keys lie that seal verification reports; only issuer and sealer read it."""
        return self.path / "secrets" / "report"

    @property
    def report_certificate_path(self) -> Path:
        """The published certificates (PEM) of the report key in use; without it no reports."""
        return self.path / "public" / "report-key.pem"

    @property
    def former_report_keys_path(self) -> Path:
        """The published fingerprints of former report keys, and from when to when each was used."""
        return self.path / "public" / "report-keys-former.json"

    @property
    def seal_root_path(self) -> Path:
        """The published root certificate of the built-in authority of seals, DER."""
        return self.path / "public" / "seal-root.cer"

    @property
    def seal_crl_path(self) -> Path:
        """The published list of the seals that authority revoked, DER."""
        return self.path / "public" / "seal.crl"

    @property
    def log_folder(self) -> Path:
        """The published log; the public side reads it, and so may any web server."""
        return self.path / "public" / "log"

    @property
    def log_memory(self) -> Path:
        """What the issuer remembers of the log outside database and public folder."""
        return self.path / "log-memory"

    @property
    def log_key_path(self) -> Path:
        """The sealed key of the log; only the issuer reads it."""
        return self.path / "secrets" / "log" / "log.pem"

    @property
    def status_folder(self) -> Path:
        """The published status lists; the public side reads it, and so may any web server."""
        return self.path / "public" / "status"

    @property
    def status_keys_path(self) -> Path:
        """The public keys that status lists are signed with."""
        return self.status_folder / "keys.json"

    @property
    def status_key_folder(self) -> Path:
        """Where the sealed key of the status lists lies; only the issuer reads it."""
        return self.path / "secrets" / "status"

    @property
    def status_memory_path(self) -> Path:
        """The versions of status lists from places that somebody named to the command line."""
        return self.path / "status-memory.json"

    @property
    def store(self) -> FileStore:
        """The sealed files."""
        return FileStore(self.path / "store")

    def pepper(self) -> bytes:
        """Return the public side's look-up secret.

        Raises:
            HomeError: it is missing or damaged.
        """
        try:
            pepper = (self.path / "public" / "pepper").read_bytes()
        except OSError:
            pepper = b""
        if len(pepper) != _PEPPER_BYTES:
            raise HomeError(
                "pepper_missing", Text("查询密钥文件缺失", "the look-up secret is missing")
            )
        return pepper

    @property
    def vault_path(self) -> Path:
        """The vault keys under the operator's passphrase."""
        return self.path / "secrets" / "vault.json"

    @property
    def trail_memory(self) -> Path:
        """What is remembered of the audit trail outside the database."""
        return self.path / "trail-memory"

    def vault(self, passphrase: bytes) -> Vault:
        """Open the vault; raises as `vault_keys`."""
        return Vault(self.vault_keys(passphrase))

    def vault_keys(self, passphrase: bytes) -> VaultKeys:
        """Return the vault keys.

        Raises:
            VaultError: the passphrase is wrong.
            HomeError: the vault file is missing.
        """
        try:
            file = self.vault_path.read_bytes()
        except OSError as error:
            raise HomeError(
                "vault_missing", Text("保管库文件缺失", "the vault file is missing")
            ) from error
        return open_vault_keys(file, passphrase)


def home_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the home is: YANZHEN_HOME, or ./var."""
    return Path(environment.get("YANZHEN_HOME") or "var").absolute()


def _fill(
    folder: Path, *, demo: bool, passphrase: bytes, now: datetime, environment: Mapping[str, str]
) -> None:
    folder.mkdir(mode=0o700)
    for part in ("secrets", "secrets/keys", "public"):
        (folder / part).mkdir(mode=0o700)
    keys = VaultKeys.first(new_key())
    write_durably(folder / "secrets" / "vault.json", seal_vault_keys(keys, passphrase))
    write_durably(folder / "public" / "pepper", secrets.token_bytes(_PEPPER_BYTES))
    url = environment.get(DATABASE_VARIABLE)
    engine = open_engine(url or f"sqlite:///{folder / 'registry.sqlite3'}", create=True)
    try:
        upgrade(engine)
    finally:
        engine.dispose()
    marker = {"format": 1, "demo": demo, "created_at": now.isoformat()}
    write_durably(folder / _MARKER, json.dumps(marker, indent=2).encode() + b"\n")
