"""One portrait drawn by two programs is one portrait; another picture in its place is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from verifier.page_portraits import portraits_differ

DENSE = 4  # dots of the picture to a dot of the page


def portrait() -> Image.Image:
    """Return a picture with many long and hard edges."""
    chance = np.random.default_rng(9)
    picture = Image.new("RGB", (140 * DENSE, 196 * DENSE), "white")
    draw = ImageDraw.Draw(picture)
    for _ in range(30):
        x, y = (int(chance.integers(60, side - 200)) for side in picture.size)
        wide, high = (int(side) for side in chance.integers(60, 180, 2))
        draw.rectangle((x, y, x + wide, y + high), fill=(20, 24, 30) if x % 2 else "white")
    return picture


def drawn(picture: Image.Image, *, off: int = 0, sharp: bool = False) -> NDArray[np.uint8]:
    """Return the picture on a page, so many fourths of a dot off its place."""
    moved = Image.fromarray(np.roll(np.asarray(picture), (off, off), axis=(0, 1)))
    page = moved.reduce(DENSE)
    return np.asarray(page.filter(ImageFilter.UnsharpMask(2, 120)) if sharp else page)


def test_a_portrait_whose_edges_lie_between_the_dots_is_the_same() -> None:
    assert not portraits_differ(drawn(portrait()), drawn(portrait(), off=2, sharp=True))


def test_a_portrait_with_another_patch_in_it_differs() -> None:
    other = portrait()
    ImageDraw.Draw(other).rectangle((200, 300, 320, 400), fill=(120, 120, 120))
    assert portraits_differ(drawn(portrait()), drawn(other))
    assert portraits_differ(drawn(portrait()), drawn(other, off=2, sharp=True))
