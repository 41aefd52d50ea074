"""The issued page of a copy is at hand where the store is, and only as it was issued."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from registry.logbook import LeafPlace
from registry.models import CopyKind, CopyState
from registry.opened import OpenedCopy
from registry.store import FileStore
from registry.stored_page import StoredPage
from verifier.issued_pages import NO_PAGES, IssuedPages

KEY = b"k" * 32
PAGE = b"%PDF-1.7 a page"
PLACE = LeafPlace(index=1, waiting=False)


def copy_with_page(store: FileStore) -> OpenedCopy:
    return OpenedCopy(
        signed=None,
        second=None,
        print_serial=1,
        status_index=1,
        kind=CopyKind.ORIGINAL,
        state=CopyState.CURRENT,
        pdf_sha256=hashlib.sha256(PAGE).hexdigest(),
        matched=True,
        leaf=PLACE,
        file_leaf=PLACE,
        page=StoredPage(name=store.put(PAGE, KEY), data_key=KEY),
    )


def test_the_page_on_record_is_returned(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    copy = copy_with_page(store)
    assert IssuedPages(store).page_of(copy) == PAGE
    assert "kkkk" not in repr(copy)


def test_without_store_copy_or_page_there_is_none(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    copy = copy_with_page(store)
    assert NO_PAGES.page_of(copy) is None
    assert IssuedPages(store).page_of(None) is None
    assert IssuedPages(store).page_of(replace(copy, page=None)) is None
    assert IssuedPages(store).page_of(replace(copy, pdf_sha256=None)) is None


def test_another_page_than_the_one_on_record_is_not_returned(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    copy = copy_with_page(store)
    other = StoredPage(name=store.put(b"another", KEY), data_key=KEY)
    assert IssuedPages(store).page_of(replace(copy, page=other)) is None
    gone = StoredPage(name="0" * 64, data_key=KEY)
    assert IssuedPages(store).page_of(replace(copy, page=gone)) is None
    stranger = StoredPage(name=copy.page.name if copy.page else "", data_key=b"x" * 32)
    assert IssuedPages(store).page_of(replace(copy, page=stranger)) is None
