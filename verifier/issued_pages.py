"""The issued page of a copy, as the store has it: what a file or a picture is compared with.

What is read here goes to the child processes that compare, and to nobody else: a page shows more
than the asker may see.
"""

from __future__ import annotations

import hashlib

from registry.errors import StoreError
from registry.opened import OpenedCopy
from registry.store import FileStore


class IssuedPages:
    """The pages issued by this installation, as far as its store can be reached from here.

    Args:
        store: the sealed files; None where there is none at hand.
    """

    def __init__(self, store: FileStore | None) -> None:
        self._store = store

    def page_of(self, copy: OpenedCopy | None) -> bytes | None:
        """Return the PDF that was issued for a copy, or None where it cannot be had.

        Args:
            copy: opened by what the asker brought; None gives None.

        Returns:
            Bytes whose SHA-256 is the one on record for the copy; whether the public log has that
            hash too is for the caller to ask.
        """
        if self._store is None or copy is None or copy.page is None or copy.pdf_sha256 is None:
            return None
        try:
            page = copy.page.read(self._store)
        except StoreError:
            return None
        return page if hashlib.sha256(page).hexdigest() == copy.pdf_sha256 else None


NO_PAGES = IssuedPages(None)
