"""Logs at once what an act on a filing or on the trust list put on record.

The act stands whether or not the log can go on: what it made waits then, for `yanzhen tend`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.log_custody import open_key_of_log
from issuer.log_publishing import LogOffice, publish_log
from keys.errors import KeysError
from log.errors import LogError
from registry.errors import RegistryError
from registry.home import Home
from registry.vault import Vault


def office_of_home(
    home: Home, engine: Engine, vault: Vault, passphrase: bytes, *, clock: Callable[[], datetime]
) -> LogOffice | None:
    """Return what publishes the log of a home; None where it has none yet.

    Raises:
        LogRefused, KeysError: as `open_key_of_log`.
    """
    if not home.log_key_path.exists():
        return None
    key = open_key_of_log(home, passphrase)
    return LogOffice(home=home, engine=engine, vault=vault, key=key, clock=clock)


def log_now(
    home: Home, engine: Engine, passphrase: bytes, *, clock: Callable[[], datetime]
) -> Text | None:
    """Publish what waits for the log; return why it waits on, None where nothing is left.

    Args:
        home: the installation; without a log nothing is done.
        engine: its database; the act is committed.
        passphrase: opens vault and log key.
        clock: returns now, aware UTC.
    """
    try:
        office = office_of_home(home, engine, home.vault(passphrase), passphrase, clock=clock)
        if office is not None:
            publish_log(office)
    except (IssuerError, KeysError, LogError, RegistryError) as error:
        reason = error.text
    except OSError as error:
        said = error.strerror or type(error).__name__
        reason = Text(said, said)
    else:
        return None
    return Text(
        f"公开日志暂未载入：{reason.zh.rstrip('。')}。"
        "所作决定不受影响，原因排除后由 yanzhen tend 载入",
        f"It is not in the public log yet: {reason.en.rstrip('.')}. The act stands; "
        "yanzhen tend logs it as soon as that is put right",
    )
