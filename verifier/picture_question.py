"""What the parent asks the child that compares pictures, in bytes."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field

_HEAD = struct.Struct(">???III")


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
        codes: texts of QR codes that are to be boxed in the picture.
    """

    is_pdf: bool
    page: int
    file: bytes = field(repr=False)
    issued: bytes = field(repr=False)
    with_document: bool = True
    only_laid: bool = False
    codes: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """Return it as bytes."""
        flags = (self.is_pdf, self.with_document, self.only_laid)
        codes = json.dumps(self.codes).encode()
        head = _HEAD.pack(*flags, self.page, len(codes), len(self.issued))
        return head + codes + self.issued + self.file

    @classmethod
    def decode(cls, data: bytes) -> PictureQuestion:
        """Undo `encode`."""
        is_pdf, with_document, only_laid, page, *lengths = _HEAD.unpack_from(data)
        first = _HEAD.size + lengths[0]
        second = first + lengths[1]
        return cls(
            is_pdf=is_pdf,
            page=page,
            file=data[second:],
            issued=data[first:second],
            with_document=with_document,
            only_laid=only_laid,
            codes=tuple(json.loads(data[_HEAD.size : first])),
        )
