"""What the commands that change a filing or the trust list share: what signs, and logging at once.

As at the desks (`issuer.log_following`), the act stands whether or not the log can go on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from codes.wording import Text
from issuer.log_following import log_now
from issuer.root_custody import has_root_keys, open_root_keys
from issuer.terminal import ask_passphrase, show
from keys.passphrase import ENVIRONMENT_NAME
from keys.root_signing import RootKey
from registry.home import Home
from registry.schema import open_registry

_WAITS = Text(
    "公开日志尚未载入：未给出口令。所作决定不受影响，由 yanzhen tend 或 yanzhen log publish 载入",
    "It is not in the public log yet, as no passphrase was given. The act stands; yanzhen tend or "
    "yanzhen log publish logs it",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """What a command may sign and log with.

    Args:
        home: the installation.
        passphrase: opens its keys; None where none was asked for.
        signers: the root keys that lie in the home.
    """

    home: Home
    passphrase: bytes | None = field(repr=False)
    signers: tuple[RootKey, ...]

    def show(self, answer: Mapping[str, Any], text: Text, *, as_json: bool) -> None:
        """Log what the act put on record, once that is committed, and print what was done.

        The answer says in `log_waits` why the log does not have it yet; None where nothing waits.
        """
        left = self._log()
        told = text if left is None else Text(f"{text.zh}\n{left.zh}", f"{text.en}\n{left.en}")
        waits = None if left is None else {"zh": left.zh, "en": left.en}
        show({**answer, "log_waits": waits}, told, as_json=as_json)

    def _log(self) -> Text | None:
        home = self.home
        if not home.log_key_path.exists():
            return None
        if self.passphrase is None:
            return _WAITS
        with open_registry(home.database_url, memory=home.trail_memory) as engine:
            return log_now(home, engine, self.passphrase, clock=lambda: datetime.now(UTC))


def look_at_hand(home: Home) -> AtHand:
    """Return what lies in a home to sign and log with; asks only where root keys lie there.

    Without them a passphrase that the environment gives opens the log key.

    Raises:
        KeysError: as `ask_passphrase`, `open_root_keys`.
    """
    if has_root_keys(home):
        passphrase = ask_passphrase()
        return at_hand(home, passphrase)
    given = ask_passphrase() if ENVIRONMENT_NAME in os.environ else None
    return AtHand(home=home, passphrase=given, signers=())


def at_hand(home: Home, passphrase: bytes) -> AtHand:
    """Return the same where the passphrase was asked for already; raises as `open_root_keys`."""
    signers = open_root_keys(home, passphrase)
    return AtHand(home=home, passphrase=passphrase, signers=signers)
