"""The identity documents a certificate can name, the sexes, and how people write either."""

from __future__ import annotations

import unicodedata
from enum import IntEnum, StrEnum

from codes.errors import CodesError
from codes.wording import Text


class DocumentType(IntEnum):
    """The identity documents a certificate can name; the values stand in signed records."""

    RESIDENT_ID = 1
    HK_MACAO_PERMIT = 2
    TAIWAN_PERMIT = 3
    HMT_RESIDENCE = 4
    FOREIGN_PERMANENT = 5
    PASSPORT = 6

    @property
    def text(self) -> Text:
        """The document's name in both languages."""
        return _DOCUMENT_NAMES[self]

    @property
    def zh(self) -> str:
        """The document's official Chinese name."""
        return self.text.zh

    @property
    def en(self) -> str:
        """The document's name in English."""
        return self.text.en


_DOCUMENT_NAMES = {
    DocumentType.RESIDENT_ID: Text("居民身份证", "Resident identity card"),
    DocumentType.HK_MACAO_PERMIT: Text(
        "港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"
    ),
    DocumentType.TAIWAN_PERMIT: Text(
        "台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"
    ),
    DocumentType.HMT_RESIDENCE: Text(
        "港澳台居民居住证", "Residence permit for Hong Kong, Macao and Taiwan residents"
    ),
    DocumentType.FOREIGN_PERMANENT: Text(
        "外国人永久居留身份证", "Foreign permanent resident identity card"
    ),
    DocumentType.PASSPORT: Text("护照", "Passport"),
}
# Names in daily use. 港澳通行证 is missing on purpose: mainlanders carry a permit of that name.
_OTHER_NAMES = {
    "身份证": DocumentType.RESIDENT_ID,
    "中华人民共和国居民身份证": DocumentType.RESIDENT_ID,
    "二代身份证": DocumentType.RESIDENT_ID,
    "第二代居民身份证": DocumentType.RESIDENT_ID,
    "回乡证": DocumentType.HK_MACAO_PERMIT,
    "港澳居民往来内地通行证": DocumentType.HK_MACAO_PERMIT,
    "台胞证": DocumentType.TAIWAN_PERMIT,
    "台湾居民往来大陆通行证": DocumentType.TAIWAN_PERMIT,
    "港澳居民居住证": DocumentType.HMT_RESIDENCE,
    "台湾居民居住证": DocumentType.HMT_RESIDENCE,
    "中华人民共和国港澳居民居住证": DocumentType.HMT_RESIDENCE,
    "中华人民共和国台湾居民居住证": DocumentType.HMT_RESIDENCE,
    "外国人永久居留证": DocumentType.FOREIGN_PERMANENT,
    "中华人民共和国外国人永久居留身份证": DocumentType.FOREIGN_PERMANENT,
    "永居证": DocumentType.FOREIGN_PERMANENT,
    "外国护照": DocumentType.PASSPORT,
    "普通护照": DocumentType.PASSPORT,
}


class Sex(StrEnum):
    """The sex an identity document states."""

    MALE = "male"
    FEMALE = "female"

    @property
    def zh(self) -> str:
        """The sex in Chinese."""
        return "男" if self is Sex.MALE else "女"

    @property
    def en(self) -> str:
        """The sex in English."""
        return self.value


def parse_document_type(text: str) -> DocumentType:
    """Return the document type that `text` names.

    Args:
        text: an official name, a name in daily use, or the English name; untrusted.

    Raises:
        CodesError: `document_type_unknown`.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if folded in _OTHER_NAMES:
        return _OTHER_NAMES[folded]
    for kind in DocumentType:
        if folded == kind.zh or folded.casefold() == "".join(kind.en.split()).casefold():
            return kind
    known = "、".join(kind.zh for kind in DocumentType)
    raise CodesError(
        "document_type_unknown",
        Text(
            f"证件类型无法识别，应为下列之一：{known}。",
            f"The document type is not recognised; it must be one of: {known}.",
        ),
    )


def parse_sex(text: str) -> Sex:
    """Return the sex that `text` names (`男`, `女`, `male`, `F` …).

    Raises:
        CodesError: `sex_unknown`.
    """
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if folded in ("男", "男性", "m", "male"):
        return Sex.MALE
    if folded in ("女", "女性", "f", "female"):
        return Sex.FEMALE
    raise CodesError(
        "sex_unknown",
        Text(
            "性别无法识别，请填写“男”或“女”。",
            "The sex is not recognised; write 男 or 女.",
        ),
    )
