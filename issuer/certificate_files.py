"""Hands out what lies sealed in the store of one certificate: the photo, and the page of a copy."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.awarding import open_private
from issuer.delivery import certificate_file_name
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.exporting import mark_delivered
from registry.holder_keys import open_data_key
from registry.home import Home
from registry.models import Award, CopyKind, CopyState
from registry.row_marks import check_delivery
from registry.session import reading
from registry.vault import Vault

HANDED_OUT = frozenset({CopyState.CURRENT, CopyState.ARCHIVE})
"""The states of copies whose page is handed out; nobody is to print one that is void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """The page of a copy.

    Args:
        name: readable, with the holder's name in it.
        content: the sealed PDF, the same bytes as ever.
    """

    name: str = field(repr=False)
    content: bytes = field(repr=False)


def read_photo(home: Home, vault: Vault, award: Award) -> bytes:
    """Return the holder's photo, a JPEG.

    Raises:
        VaultError: the award does not open.
        StoreError: it is missing, or was altered.
    """
    private, key = open_private(vault, award), open_data_key(vault, award)
    return home.store.get(private.photo_stored, key)


def hand_out(desk: Desk, award_id: int, copy_id: int) -> PageFile:
    """Return the page of a copy, and put on record that it was delivered.

    Raises:
        IssuerError: there is no such copy, or it is void or not made (`copy_not_handed_out`).
        RegistryError: its row was changed behind the office's back (`row_altered`).
        StoreError: the page is missing, or was altered.
    """
    with reading(desk.engine) as session:
        page = _read_page(session, desk, award_id, copy_id)
    mark_delivered(desk, [copy_id])
    return page


def _read_page(session: Session, desk: Desk, award_id: int, copy_id: int) -> PageFile:
    award = session.get_one(Award, award_id)
    copy = next((one for one in award.copies if one.id == copy_id), None)
    if copy is None or not copy.pdf_stored or copy.state not in HANDED_OUT:
        raise IssuerError(
            "copy_not_handed_out",
            Text(
                "这一份已作废或尚未制作完成，不提供文件",
                "this copy is void or not finished; its file is not handed out",
            ),
        )
    check_delivery(session, desk.vault, copy)
    private, key = open_private(desk.vault, award), open_data_key(desk.vault, award)
    return PageFile(
        name=certificate_file_name(award.number, private.name, CopyKind(copy.kind)),
        content=desk.home.store.get(copy.pdf_stored, key),
    )
