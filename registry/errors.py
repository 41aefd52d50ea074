"""The one error tree of this room."""

from __future__ import annotations

from codes.wording import Text


class RegistryError(Exception):
    """Something on record, or the place records live in, does not allow what was asked.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show to the operator; it never holds personal data.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text


class HomeError(RegistryError):
    """The home folder is missing, damaged, or already there."""


class VaultError(RegistryError):
    """The vault could not be opened, or a sealed value in it is not what was sealed."""


class RegistryUnavailable(RegistryError):
    """The database cannot be reached at present; nothing is known either way."""


class RegistryDamaged(RegistryUnavailable):
    """The database is there and is no database, or a damaged one: trying again does not help."""


class RegistryContended(RegistryUnavailable):
    """The database broke this transaction off for another's sake; nothing of it was kept."""


class StoreError(RegistryError):
    """A stored file is missing, or is not the file that was stored."""


class ConflictError(RegistryError):
    """What was asked contradicts what is already on record."""
