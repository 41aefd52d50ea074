"""The golden pages: certificates of every sort as they are to look, kept as pictures.

`python -m tests.pdf.golden_pages` (`make golden`) makes the pictures again; look at each one that
changed before it is kept. A picture shows 28 colours, enough for the eye; the SHA-256 of all
colours of all its pixels lies in the file beside it and is what a page is compared by, with no
tolerance. Only the fonts of the wheel are used, so that every machine draws alike.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from codes.documents import DocumentType, Sex
from codes.levels import Level
from codes.number import parse_number
from issuer.sample_photos import draw_portrait
from templates.certificate import CertificatePrinter
from templates.labels import ARCHIVE_REMARK, format_reissue_remark
from templates.page_file import SealSpace
from templates.print_file import PrintFile
from templates.seal_drawing import SEAL_DIAMETER_MM, seal_drawing
from templates.stock_page import StockOffset, StockPrinter
from tests.pdf.page_samples import BARE, make_face, page_picture

FOLDER: Final = Path(__file__).parent / "golden"
FAULTS: Final = Path(__file__).parents[2] / "build" / "golden"
DOTS_PER_INCH: Final = 100
_SEALED_AT: Final = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
# The layout's own colours, their mixtures with paper, and those of drawn portraits.
_WORDS_OF_COLOURS: Final = (
    "FFFFFF FFFDF8 000000 1B1714 6A4C2B 9E1F23 E8483F B08A45 D9C79F E8D8B4 EBC9BA F7DEDA "
    "F3EBD8 D8C4A2 8D857F C6C2BD CE8F8E C4A064 F0A09A "
    "F6D7BD DCA97F CB966D 22334F 3B3F46 4A2F38 8C8F94 B4B6B9 D06070"
)
_DIGEST: Final = "pixels"
_FAINT: Final = 3  # by this the unchanged parts of a difference picture are paler

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenPage:
    """One page to keep a picture of.

    Args:
        name: of its picture.
        stock: whether it is the print on stock: what is printed onto a form.
        face: how it differs from the ordinary certificate, as `page_samples.make_face` takes it.
        seal_seen: whether its seal is seen.
        portrait: who is on the photo: a seed, the sex and the year of birth.
    """

    name: str
    stock: bool = False
    face: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    seal_seen: bool = True
    portrait: tuple[int, Sex, int] = (1, Sex.MALE, 1990)


LONG_NAME: Final = "阿布都热合曼·买买提艾力·吐尔逊江·玉素甫艾力·阿不都克"
PAGES: Final = (
    GoldenPage(name="ordinary", face={"holder_name": "欧阳明远"}),
    GoldenPage(
        name="minority-name-on-two-lines",
        face={"holder_name": LONG_NAME, "level": Level.TWO},
        portrait=(2, Sex.MALE, 1985),
    ),
    GoldenPage(
        name="characters-beyond-the-bmp",
        face={
            "holder_name": "𫖯𬭎䶮㛃𬱖",
            "document_type": DocumentType.HMT_RESIDENCE,
            "document_number": "810000199408230021",
        },
        portrait=(3, Sex.FEMALE, 1994),
    ),
    GoldenPage(
        name="everything-long",
        face={
            "holder_name": "龙" * 40,
            "body_name": "天津市滨海新区某某职业技能培训与评价服务中心"
            "（有限责任公司）第三分公司考核站点东",
            "specialty": "大型公共场所及重点单位内部治安保卫管理与应急处置（电力、油气方向）",
            "document_type": DocumentType.FOREIGN_PERMANENT,
            "document_number": "911124198108030024",
            "level": Level.ONE,
        },
        portrait=(4, Sex.FEMALE, 1981),
    ),
    GoldenPage(
        name="latin-name-on-a-passport",
        face={
            "holder_name": "ALEXANDER MAXIMILIAN VON HOHENZOLLERN SI",
            "document_type": DocumentType.PASSPORT,
            "document_number": "C01X00T47",
            "level": Level.ONE,
        },
        portrait=(5, Sex.MALE, 1969),
    ),
    GoldenPage(
        name="reissue",
        face={
            "holder_name": "林子轩",
            "document_type": DocumentType.TAIWAN_PERMIT,
            "document_number": "01234567",
            "print_serial_text": "202600000023",
            "remark": format_reissue_remark(_SEALED_AT.date(), "202600000001"),
        },
        portrait=(6, Sex.MALE, 1988),
    ),
    GoldenPage(name="sample", face={"sample": True}, portrait=(7, Sex.FEMALE, 1992)),
    GoldenPage(
        name="archive-duplicate",
        face={
            "holder_name": "陈嘉欣",
            "document_type": DocumentType.HK_MACAO_PERMIT,
            "document_number": "H01234567",
            "level": Level.TWO,
            "print_serial_text": "202600000042",
            "remark": ARCHIVE_REMARK,
        },
        portrait=(8, Sex.FEMALE, 1996),
    ),
    GoldenPage(
        name="invisible-seal",
        face={"holder_name": "王磊", "number": parse_number("Y000012000456263999999")},
        seal_seen=False,
        portrait=(9, Sex.MALE, 1979),
    ),
    GoldenPage(
        name="bilingual",
        face={
            "layout": "bilingual-1",
            "holder_name": "欧阳娜怡",
            "holder_name_latin": "Ouyang Nayi",
            "document_number": "120101199003077720",
        },
        portrait=(10, Sex.FEMALE, 1990),
    ),
    GoldenPage(
        name="landscape",
        face={"layout": "landscape-1", "holder_name": "赵䶮", "level": Level.ONE},
        portrait=(11, Sex.MALE, 1990),
    ),
    GoldenPage(
        name="for-a-stamp-in-ink",
        face={"layout": "national-ink-1", "holder_name": "周晓梅"},
        portrait=(12, Sex.FEMALE, 1990),
    ),
    GoldenPage(
        name="print-on-stock",
        stock=True,
        face={"holder_name": "孙立人", "level": Level.TWO},
        portrait=(13, Sex.MALE, 1990),
    ),
)


def golden_pdf(page: GoldenPage) -> bytes:
    """Return the page as a file; a picture does not depend on what the seal says."""
    seed, sex, birth_year = page.portrait
    portrait = draw_portrait(seed=seed, sex=sex, birth_year=birth_year)
    face = make_face(photo_jpeg=portrait, **page.face)
    if page.stock:
        written = BytesIO()
        file = PrintFile(written)
        StockPrinter(BARE, file, standing=False).add(face, StockOffset())
        file.finish()
        return written.getvalue()
    seal = seal_drawing(BARE, face.body_name, sample=face.sample, diameter_mm=SEAL_DIAMETER_MM)
    space = SealSpace(
        contents_bytes=3000,
        signer_name=face.body_name,
        picture=seal if page.seal_seen else None,
    )
    return CertificatePrinter(BARE, space).render(face, _SEALED_AT).filled(bytes(3000))[0]


def drawn(page: GoldenPage) -> Image.Image:
    """Return the page as it looks now, in all its colours."""
    return page_picture(golden_pdf(page), DOTS_PER_INCH)


def digest_of(picture: Image.Image) -> str:
    """Return the SHA-256 of a picture's size and of all its pixels."""
    size = f"{picture.width} {picture.height} ".encode()
    return hashlib.sha256(size + picture.convert("RGB").tobytes()).hexdigest()


def with_few_colours(picture: Image.Image) -> Image.Image:
    """Return a picture in the colours of the layout, the nearest each."""
    palette = Image.new("P", (1, 1))
    palette.putpalette(bytes.fromhex(_WORDS_OF_COLOURS))
    return picture.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)


def encode_golden(picture: Image.Image) -> bytes:
    """Return the PNG file of a page's picture, the digest of its full colours inside."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text(_DIGEST, digest_of(picture))
    output = BytesIO()
    with_few_colours(picture).save(output, "PNG", optimize=True, pnginfo=notes)
    return output.getvalue()


def inspect_golden(
    name: str, picture: Image.Image, *, folder: Path = FOLDER, faults: Path = FAULTS
) -> str | None:
    """Tell how a page differs from its golden picture; None where every pixel is equal.

    Where it differs, the page as drawn and a picture of the differences are written to `faults`.
    """
    path = folder / f"{name}.png"
    if not path.is_file():
        return f"{name}: no golden picture; `make golden` makes it"
    with Image.open(path) as golden:
        kept, digest = golden.convert("RGB"), golden.info.get(_DIGEST)
    if digest == digest_of(picture):
        return None
    faults.mkdir(parents=True, exist_ok=True)
    now = with_few_colours(picture).convert("RGB")
    now.save(faults / f"{name}-now.png")
    if now.size != kept.size:
        return f"{name}: {now.size} pixels instead of {kept.size}; see {faults}"
    changed = np.any(np.asarray(now) != np.asarray(kept), axis=2)
    _differences(kept, changed).save(faults / f"{name}-difference.png")
    how = (
        f"{int(changed.sum())} of {changed.size} pixels differ"
        if changed.any()
        else "shades differ"
    )
    return f"{name}: {how}; see {faults}, and `make golden` if the page is meant to look so"


def main(arguments: Sequence[str]) -> int:
    """Make the golden pictures again: those named, or all. Tell which changed."""
    FOLDER.mkdir(exist_ok=True)
    pages = [page for page in PAGES if not arguments or page.name in arguments]
    for page in pages:
        picture = drawn(page)
        fault = inspect_golden(page.name, picture)
        if fault is not None:
            (FOLDER / f"{page.name}.png").write_bytes(encode_golden(picture))
        print(f"{page.name}: {'unchanged' if fault is None else 'made again'}")
    for path in sorted(FOLDER.glob("*.png")):
        if path.stem not in {page.name for page in PAGES}:
            path.unlink()
            print(f"{path.stem}: no longer a golden page, removed")
    return 0 if pages else 1


def _differences(kept: Image.Image, changed: NDArray[np.bool_]) -> Image.Image:
    """Return the golden picture, grey and pale, with what changed in red."""
    grey = 255 - (255 - np.asarray(kept.convert("L"), dtype=np.uint8)) // _FAINT
    shown: Pixels = np.stack([grey, grey, grey], axis=2)
    shown[changed] = (220, 0, 0)
    return Image.fromarray(shown, "RGB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
