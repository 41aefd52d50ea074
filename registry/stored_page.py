"""Where the stored page of a copy lies, and the key that opens it: for who opened the award."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.store import FileStore


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """The sealed file of one copy's page; nothing of it is proved.

    Args:
        name: of the file in the store, as the register says.
    """

    name: str
    data_key: bytes = field(repr=False)

    def read(self, store: FileStore) -> bytes:
        """Return the page.

        Raises:
            StoreError: it is missing, was altered, or belongs to another award.
        """
        return store.get(self.name, self.data_key)
