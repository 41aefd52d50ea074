"""Print-on-stock: recorded copies as one file for the printer, the variable fields alone.

Reads rows and photos only. The file is no certificate: it is not sealed, and nothing is recorded
of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codes.wording import Text
from issuer.copy_list import find_batch
from issuer.copy_rows import BatchCopies, chunks_of, in_force
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.faces import face_of
from issuer.stock_offsets import read_offset
from registry.session import reading
from registry.store import make_folder, writing_durably
from templates.fonts import FontChain
from templates.print_file import PrintFile
from templates.stock_page import StockOffset, StockPrinter

_CHUNK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRun:
    """What is to be printed, and how.

    Args:
        batch: name of the batch; its copies in force are printed in the order of print serials.
        out: the PDF to write.
        layout: the layout the stock was printed by; None for the one each copy pins.
        offset: how far the output is moved; None for what is kept for body and layout.
        standing: whether the body's name and the query sites are printed as well.
    """

    batch: str
    out: Path
    layout: str | None = None
    offset: StockOffset | None = None
    standing: bool = False


def print_stock(
    desk: Desk, run: StockRun, fonts: FontChain, progress: Callable[[int], None]
) -> int:
    """Write the file for the printer, whole or not at all; return how many pages it has.

    Memory does not grow with the number of pages.

    Raises:
        IssuerError: no such batch (`batch_unknown`), or no copy in force (`stock_nothing`).
        TemplatesError: a copy does not fit the layout.
        StoreError: a photo is missing from the store.
        OSError: the file cannot be written.
    """
    with reading(desk.engine) as session:
        scope = BatchCopies(batch_id=find_batch(session, desk.site, run.batch))
    make_folder(run.out.parent)
    pages = 0
    with writing_durably(run.out) as written:
        file = PrintFile(written)
        printer = StockPrinter(fonts, file, standing=run.standing)
        for copies in chunks_of(desk, scope, in_force, size=_CHUNK):
            for copy in copies:
                face = face_of(desk, copy)
                if run.layout is not None:
                    face = dataclasses.replace(face, layout=run.layout)
                printer.add(face, run.offset or _kept(desk, face.layout))
            pages += len(copies)
            progress(len(copies))
        if not pages:
            raise IssuerError("stock_nothing", _NOTHING)
        file.finish()
    return pages


def _kept(desk: Desk, layout: str) -> StockOffset:
    return read_offset(desk.home, str(desk.prefix), layout)


_NOTHING = Text(
    "该批次没有现行有效的证书可供套打", "this batch has no certificate in force to print"
)
