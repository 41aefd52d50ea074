"""Pictures of papers, forged and untouched in turn, any of which can be made alone by its index.

Piece 2 k is forged, piece 2 k + 1 the same paper untouched under the same wear; all chance comes
from the seed, the technique set and k.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Final

import numpy as np
import pillow_heif
from PIL import Image

from templates.labels import Field
from tests.forgery.invented import IMPLAUSIBLE_NUMBERS, change_digit, invent_value
from tests.forgery.papers import NAMES, Paper
from tests.forgery.pieces import PHOTO, UNTOUCHED, Piece, Right, right_field
from tests.forgery.raster_edits import (
    Canvas,
    Hand,
    add_print,
    change_print,
    change_seal,
    copy_characters,
    paste_symbol,
    remove_symbol,
    replace_photo,
    retouch_photo,
    rewrite,
    rewrite_character,
    strike_in_red,
)
from tests.forgery.wear import wears_of
from verifier.finding_codes import Code
from verifier.verdict import Outcome

_LOOK_ALIKES: Final = ("yz.examp1e.cn", "yz-example.com.cn", "osta-cx.cn")
_CHAT: Final = "chat app"
_NEVER_VALID: Final = frozenset({Outcome.ALTERED, Outcome.INCONCLUSIVE})
_FORMATS: Final = ("jpg", "jpg", "jpg", "png", "webp", "heic", "pdf")

Forge = Callable[[Canvas, Sequence[Paper], int], Right]


def picture_piece(papers: Sequence[Paper], index: int, *, hand: Hand, seed: int) -> Piece:
    """Return the piece of this index.

    Args:
        papers: of the office; each must have its number to copy QR symbols from.
        index: even for a forged piece, odd for its control.
        hand: technique set of edits and wear.
        seed: of all chance.
    """
    pair = index // 2
    forgery, wear = kinds_of(pair, hand)
    paper = random.Random(f"{seed} paper {pair}").choice(papers)
    sheet = paper.sheet()
    right = None
    if index % 2 == 0:
        canvas = Canvas(paper, sheet, hand, random.Random(f"{seed} {hand} {pair}"))
        right = FORGERIES[forgery](canvas, papers, pair // len(FORGERIES))
    chance = np.random.default_rng([seed, ord(hand.value), pair])
    worn = wears_of(hand)[wear](sheet, chance)
    data, ending = encode(worn, chance, chat=wear == _CHAT)
    return Piece(
        name=f"picture-{hand}-{seed}-{index}",
        forgery=UNTOUCHED if right is None else forgery,
        wear=wear,
        data=data,
        filename=f"IMG_{index:04d}.{ending}",
        right=right,
    )


def kinds_of(pair: int, hand: Hand) -> tuple[str, str]:
    """Return forgery and wear of a pair; over enough pairs each forgery meets each wear."""
    forgeries, wears = tuple(FORGERIES), tuple(wears_of(hand))
    turn, at = divmod(pair, len(forgeries))
    return forgeries[at], wears[(at + turn) % len(wears)]


def encode(picture: Image.Image, chance: np.random.Generator, *, chat: bool) -> tuple[bytes, str]:
    """Return a picture as a file, and its ending; chat apps leave poor JPEG files."""
    output = BytesIO()
    if chat:
        picture.save(output, "JPEG", quality=int(chance.integers(50, 76)))
        return output.getvalue(), "jpg"
    ending = _FORMATS[int(chance.integers(len(_FORMATS)))]
    quality = int(chance.integers(80, 94))
    match ending:
        case "png":
            picture.save(output, "PNG", compress_level=1)
        case "webp":
            picture.save(output, "WEBP", quality=quality, method=0)
        case "heic":
            # As fast as a telephone writes it: with the library's usual care, one takes 10 s.
            fast = {"preset": "ultrafast"}
            pillow_heif.from_pillow(picture).save(output, quality=quality, enc_params=fast)
        case "pdf":
            picture.save(output, "PDF", resolution=max(picture.size) / 11.7, quality=quality)
        case _:
            picture.save(output, "JPEG", quality=quality)
    return output.getvalue(), ending


def _rewritten(field: Field) -> Forge:
    def forge(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
        rewrite(canvas, field, invent_value(canvas.paper, field, canvas.chance))
        return right_field(field)

    return forge


def _character(field: Field) -> Forge:
    def forge(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
        rewrite_character(canvas, field, change_digit(canvas.paper, field, canvas.chance))
        return right_field(field)

    return forge


def _copied(field: Field) -> Forge:
    def forge(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
        while True:
            value = change_digit(canvas.paper, field, canvas.chance)
            if copy_characters(canvas, field, value) != canvas.paper.values[field]:
                return right_field(field)

    return forge


def _photo(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    replace_photo(canvas)
    return right_field(PHOTO)


def _symbol_copied(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    own = canvas.paper
    paste_symbol(canvas, canvas.chance.choice([p for p in papers if p is not own]).face.qr_text)
    named = (Field.NUMBER, Field.HOLDER_NAME, Field.DOCUMENT_NUMBER)
    return Right(fields=frozenset(named), codes=frozenset({Code.QR_CONFLICT, Code.QR_OF_ANOTHER}))


def _foreign_host(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    fragment = canvas.paper.face.qr_text.partition("#")[2]
    paste_symbol(canvas, f"https://{canvas.chance.choice(_LOOK_ALIKES)}/q#{fragment}")
    return Right(codes=frozenset({Code.FOREIGN_HOST}))


def _other_site(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    host = canvas.chance.choice(_LOOK_ALIKES)
    paste_symbol(canvas, f"https://{host}/cx?zsbh={canvas.paper.number}&t={'0' * 80}")
    return Right(
        outcomes=frozenset({Outcome.ALTERED, Outcome.INCONCLUSIVE}),
        codes=frozenset({Code.FOREIGN_HOST, Code.QR_NOT_A_CERTIFICATE}),
    )


def _symbol_removed(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    remove_symbol(canvas)
    return Right(
        outcomes=frozenset({Outcome.ALTERED, Outcome.INCONCLUSIVE}),
        codes=frozenset({Code.QR_NOT_FOUND, Code.PICTURE_BY_PRINT}),
    )


def _changed_print(old: str, new: str) -> Forge:
    def forge(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
        change_print(canvas, old, new)
        return Right(codes=frozenset({Code.PAGE_DIFFERS_ELSEWHERE}))

    return forge


def _site(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    change_print(canvas, "jndj.osta.org.cn", "jndj.osta-cx.com")
    return right_field(Field.CERTIFICATE_SITE)


def _added_print(
    field: Field, at: int, ems: tuple[float, float], text: str, share: float = 1
) -> Forge:
    in_row = not ems[1]  # and so part of what the field says

    def forge(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
        add_print(canvas, canvas.paper.value_glyphs(field)[at], ems, text, share)
        return Right(
            fields=frozenset({str(field)} if in_row else ()),
            codes=frozenset({Code.PAGE_DIFFERS_ELSEWHERE}),
        )

    return forge


def _seal(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    change_seal(canvas)
    return Right(outcomes=_NEVER_VALID, codes=frozenset({Code.PAGE_UNCLEAR_ELSEWHERE}))


def _red(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    strike_in_red(canvas, Field.HOLDER_NAME, "更正：李建国")
    codes = {Code.PICTURE_FIELD_UNCLEAR, Code.PAGE_UNCLEAR_ELSEWHERE}
    return Right(outcomes=_NEVER_VALID, codes=frozenset(codes))


def _retouched(how: str) -> Forge:
    def forge(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
        retouch_photo(canvas, how)
        return Right(
            outcomes=_NEVER_VALID,
            fields=frozenset({PHOTO}),
            codes=frozenset({Code.PHOTO_UNCLEAR}),
        )

    return forge


def _implausible(canvas: Canvas, papers: Sequence[Paper], turn: int) -> Right:
    kinds = tuple(IMPLAUSIBLE_NUMBERS.values())
    rewrite(canvas, Field.NUMBER, kinds[turn % len(kinds)](canvas.paper.number))
    return right_field(Field.NUMBER)


def _field_forgeries() -> dict[str, Forge]:
    digits = (Field.NUMBER, Field.DOCUMENT_NUMBER, Field.ISSUED_ON)
    return {
        **{f"{NAMES[field]} written anew": _rewritten(field) for field in NAMES},
        **{f"{NAMES[field]}: a digit changed": _character(field) for field in digits},
        **{f"{NAMES[field]}: a digit copied": _copied(field) for field in digits},
        "name: a character changed": _character(Field.HOLDER_NAME),
    }


FORGERIES: Final[Mapping[str, Forge]] = MappingProxyType(
    {
        **_field_forgeries(),
        "photo replaced": _photo,
        "QR of another certificate": _symbol_copied,
        "QR to a foreign host": _foreign_host,
        "QR to another site": _other_site,
        "QR removed": _symbol_removed,
        "number that cannot be": _implausible,
        "title changed": _changed_print("职业技能等级证书", "特种设备操作证"),
        "body text changed": _changed_print("本证书由经人力资源", "本证书由国家人社部"),
        "label changed": _changed_print("职业技能等级", "职业资格等级"),
        "site changed": _site,
        "written before the level": _added_print(Field.LEVEL, 0, (-1.1, 0), "特"),
        "written after the level": _added_print(Field.LEVEL, -1, (3, 0), "及二级/技师（电工）"),
        "line added": _added_print(Field.NUMBER, 0, (0, -1.6), "有效期至：2099年12月31日"),
        "seal changed": _seal,
        "name struck through in red": _red,
        "photo blended": _retouched("blended"),
        "photo in other colours": _retouched("coloured"),
        "written on fine print": _added_print(
            Field.NUMBER, 0, (2, -0.75), "ALSO ELECTRICIAN", 0.72
        ),
    }
)
"""What is done to pictures, by name."""
