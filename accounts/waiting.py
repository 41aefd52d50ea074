"""What waits for somebody, as the first page shows it; every part of the desks says its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Flask, current_app

from accounts.person import Person
from codes.wording import Text, counted

_PROVIDERS: Final = "yanzhen_desk_waiting"
LATELY: Final = timedelta(days=7)
"""How long who proposed something is told that it was declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One kind of work that waits.

    Args:
        text: what is to be done: "{batch|batches} to approve"; the number stands before it.
        count: how many; nothing is shown for none.
        link: address of the list where it is done.
    """

    text: Text
    count: int
    link: str

    @property
    def words(self) -> Text:
        """What is to be done, as it reads of so many."""
        return counted(self.text, self.count)


Provider = Callable[[Person], Iterable[Waiting]]
"""Says what waits for a person: those of its people only whom it is shown on its own pages."""


def add_waiting(app: Flask, provider: Provider) -> None:
    """Let a part of an application say what waits, in the order of calls."""
    app.extensions.setdefault(_PROVIDERS, []).append(provider)


def waiting_for(person: Person) -> tuple[Waiting, ...]:
    """Return what waits for somebody, in a request."""
    providers: list[Provider] = current_app.extensions.get(_PROVIDERS, [])
    return tuple(one for provider in providers for one in provider(person) if one.count > 0)
