"""Keeps the key of the public log, and makes it once: a log that lost its key is not begun anew."""

from __future__ import annotations

from sqlalchemy import Engine

from codes.wording import Text
from issuer.errors import LogRefused
from keys.log_key import LogKey, generate_log_key, open_log_key
from keys.signing import seal_private_key
from log.errors import LogError
from log.notes import VerifierKey, parse_vkey
from registry.home import Home
from registry.log_models import LogHead
from registry.log_reader import CHECKPOINT, VKEY
from registry.session import reading
from registry.store import make_folder, write_durably


def origin_of(host: str) -> str:
    """Return the origin of the log of a public host: what its checkpoints begin with."""
    return f"{host}/log"


def ensure_log(home: Home, engine: Engine, host: str, passphrase: bytes) -> VerifierKey:
    """Return the public key of the home's log; where there is no log yet, begin one.

    Args:
        home: the installation.
        engine: its database.
        host: public host, with its port unless the scheme's own; names a new log for ever.
        passphrase: the home's.

    Raises:
        LogRefused: the home has a log, or its database has one, and its key or its public key is
            not there (`log_key_missing`, `log_vkey_missing`).
        KeysError: the passphrase does not open the key.
    """
    if not home.log_key_path.exists() and not _begun(home, engine):
        make_folder(home.log_key_path.parent)
        make_folder(home.log_memory)
        make_folder(home.log_folder)
        key = generate_log_key(origin_of(host))
        # The sealed key is last: until it is there, nothing is begun and the next run begins.
        write_durably(home.log_memory / VKEY, _line(key.vkey))
        write_durably(home.log_key_path, seal_private_key(key, passphrase))
    return open_key_of_log(home, passphrase).vkey


def open_key_of_log(home: Home, passphrase: bytes) -> LogKey:
    """Open the log's key.

    Raises:
        LogRefused: it is missing (`log_key_missing`), its public key is (`log_vkey_missing`), or
            the two do not belong together (`log_key_mismatch`).
        KeysError: the passphrase is wrong, or the file is damaged.
    """
    try:
        pem = home.log_key_path.read_bytes()
    except OSError as error:
        raise LogRefused(
            "log_key_missing",
            Text(
                "缺少日志密钥文件 secrets/log/log.pem。新数据目录请运行 yanzhen log init；"
                "日志已启用的，请从备份恢复该文件，不得另行制作",
                "the log's key, secrets/log/log.pem, is missing. In a home without a log run "
                "yanzhen log init; where there is a log, restore the file from the backup",
            ),
        ) from error
    vkey = _known_vkey(home)
    key = open_log_key(pem, passphrase, vkey.name)
    if key.vkey != vkey:
        raise LogRefused(
            "log_key_mismatch",
            Text(
                "日志密钥与登记的日志公钥（log-memory/vkey）不符，请从备份恢复正确的文件",
                "the log's key is not the one of its public key (log-memory/vkey); restore the "
                "right file from the backup",
            ),
        )
    published = home.log_folder / VKEY
    if not published.exists() or published.read_bytes() != _line(vkey):
        make_folder(published.parent)
        write_durably(published, _line(vkey))
    return key


def _known_vkey(home: Home) -> VerifierKey:
    try:
        return parse_vkey((home.log_memory / VKEY).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError, LogError) as error:
        raise LogRefused(
            "log_vkey_missing",
            Text(
                "日志公钥文件 log-memory/vkey 缺失或已损坏，请从备份恢复",
                "the log's public key, log-memory/vkey, is missing or damaged; restore the backup",
            ),
        ) from error


def _begun(home: Home, engine: Engine) -> bool:
    """Say whether anything was ever logged here, as far as files and rows know."""
    if any((folder / CHECKPOINT).exists() for folder in (home.log_memory, home.log_folder)):
        return True
    with reading(engine) as session:
        head = session.get(LogHead, 1)
        return head is not None and head.published_size > 0


def _line(vkey: VerifierKey) -> bytes:
    return f"{vkey}\n".encode()
