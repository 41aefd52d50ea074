"""Finds certificates by what somebody at the counter says: number, document number, name.

Name and document number are found by equality alone, through their blind indexes: nobody can leaf
through people, and neither stands in an address or a log.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from codes.documents import DocumentType, inspect_document
from codes.wording import Text
from issuer.certificate_list import CertificateLine, lines_of
from issuer.errors import IssuerError
from registry.holder_keys import check_vault_in_force, holder_index, name_index
from registry.models import Award, Holder, Site
from registry.vault import Vault

_NUMBER: Final = re.compile(r"[A-Z]{1,2}\d{0,21}")
_AFTER_PREFIX: Final = re.compile(r"\d{1,9}")
_NUMBER_LENGTH: Final = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is known of a certificate that is looked for; at least one of them.

    Args:
        number: the certificate number or its beginning; of one's own body also only what follows
            the body's 13 characters.
        document: the whole document number of the holder, of whichever type.
        name: the holder's whole name.
    """

    number: str = ""
    document: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


def find_certificates(
    session: Session, vault: Vault, asked: Asked, *, prefix: str | None, today: date, limit: int
) -> list[CertificateLine]:
    """Return the certificates that fit everything asked, at most `limit`.

    By a number alone they come in its order, else the latest first.

    Args:
        session: that reads.
        vault: the home's, open.
        asked: untrusted.
        prefix: of the one body that the asker may see, None for every one.
        today: in Asia/Shanghai.
        limit: how many at most.

    Raises:
        IssuerError: nothing is asked (`find_nothing`), or the number cannot be one
            (`find_number_wrong`).
        VaultError: the vault key is being changed, and nobody can be found meanwhile.
    """
    if not (asked.number or asked.document or asked.name):
        raise IssuerError(
            "find_nothing",
            Text(
                "请填写证书编号、证件号码或姓名中的至少一项",
                "enter a certificate number, a document number or a name",
            ),
        )
    check_vault_in_force(session, vault)
    query: Select[int] = select(Award.id)
    if prefix is not None:
        query = query.where(Award.site_id == _site_id(session, prefix))
    if asked.number:
        low, high = _range(asked.number, prefix)
        query = query.where(Award.number.between(low, high))
    if asked.document:
        indexes = [
            holder_index(
                vault, int(kind), inspect_document(kind, asked.document, today=today).number
            )
            for kind in DocumentType
        ]
        holders = select(Holder.id).where(Holder.blind_index.in_(indexes))
        query = query.where(Award.holder_id.in_(list(session.scalars(holders))))
    if asked.name:
        query = query.where(Award.name_index == name_index(vault, asked.name))
    alone = not (asked.document or asked.name)
    query = query.order_by(Award.number if alone else Award.id.desc()).limit(limit)
    return lines_of(session, vault, list(session.scalars(query)))


def _site_id(session: Session, prefix: str) -> int:
    return session.scalar(select(Site.id).where(Site.prefix == prefix)) or 0


def _range(typed: str, prefix: str | None) -> tuple[str, str]:
    """Return the first and the last number that begin with what was typed."""
    text = "".join(unicodedata.normalize("NFKC", typed).upper().split())
    if prefix is not None and _AFTER_PREFIX.fullmatch(text):
        text = prefix + text
    if not _NUMBER.fullmatch(text) or len(text) > _NUMBER_LENGTH:
        raise IssuerError(
            "find_number_wrong",
            Text(
                "证书编号由大写字母和数字组成，共 22 位；可只填开头几位",
                "a certificate number is a capital letter and 21 digits; its beginning will do",
            ),
        )
    # All numbers are as long as each other, so that any order of texts keeps these together.
    return text.ljust(_NUMBER_LENGTH, "0"), text.ljust(_NUMBER_LENGTH, "9")
