"""What acts for an account without signing in, such as the API keys of an employer.

Resetting or disabling an account leaves it as it is, unless whoever does so ends it in the same
act; every part of the desks says its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app

from accounts.bureau import Bureau
from codes.wording import Text

_KINDS: Final = "yanzhen_machine_access"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineAccess:
    """One kind of it.

    Args:
        text: what it is called after a number: "API keys".
        act: as the audit trail calls the end of one.
        live: returns how the trail calls each that works for an account, in order.
        end: ends one of those of an account.
    """

    text: Text
    act: str
    live: Callable[[int], list[str]]
    end: Callable[[int, str], None]


def add_machine_access(app: Flask, *kinds: MachineAccess) -> None:
    """Let a part of an application say what it gives to machines."""
    app.extensions.setdefault(_KINDS, []).extend(kinds)


def live_access(account_id: int) -> list[tuple[Text, int]]:
    """Return of what an account has working how many there are, in a request."""
    counted = [(one.text, len(one.live(account_id))) for one in _kinds()]
    return [(text, count) for text, count in counted if count]


def end_access(bureau: Bureau, account_id: int, *, by: str, ground: str) -> int:
    """End all that works for an account, each noted first; return how many there were."""
    ended = 0
    for kind in _kinds():
        for one in kind.live(account_id):
            bureau.note(by, kind.act, one, ground)
            kind.end(account_id, one)
            ended += 1
    return ended


def _kinds() -> list[MachineAccess]:
    kinds: list[MachineAccess] = current_app.extensions.get(_KINDS, [])
    return kinds
