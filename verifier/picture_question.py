"""What the parent asks the child that compares pictures, in bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

_HEAD = struct.Struct(">???II")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuestion:
    """Compare a page of a file with the page as issued.

    Args:
        is_pdf: what the file is; the child does not guess it anew.
        page: of the file, counted from 0.
        file: the uploaded bytes; untrusted.
        issued: the PDF as issued; empty where it is asked only what can be read.
        with_document: whether the document number is compared.
        only_laid: it is asked only whether a code lies on that page.
    """

    is_pdf: bool
    page: int
    file: bytes = field(repr=False)
    issued: bytes = field(repr=False)
    with_document: bool = True
    only_laid: bool = False

    def encode(self) -> bytes:
        """Return it as bytes."""
        flags = (self.is_pdf, self.with_document, self.only_laid)
        head = _HEAD.pack(*flags, self.page, len(self.issued))
        return head + self.issued + self.file

    @classmethod
    def decode(cls, data: bytes) -> PictureQuestion:
        """Undo `encode`."""
        is_pdf, with_document, only_laid, page, length = _HEAD.unpack_from(data)
        start = _HEAD.size + length
        file, issued = data[start:], data[_HEAD.size : start]
        return cls(
            is_pdf=is_pdf,
            page=page,
            file=file,
            issued=issued,
            with_document=with_document,
            only_laid=only_laid,
        )
