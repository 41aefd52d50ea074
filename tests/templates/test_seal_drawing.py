"""The round seal: every name fits, nothing overlaps, a sample is taken for nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

from templates.drawing import INK, MM, PAPER, SEAL_RED
from templates.seal_drawing import SEAL_CAPTION, fit_arc, seal_drawing
from tests.pdf.page_samples import BARE
from tests.templates.drawn_sheet import Pixels, contrast, looked_at, sheet

DIAMETER = 40.0
DPI = 300.0
NAMES = (
    "天津商会",
    "天津市某某职业技能评价中心",
    "天津市某某职业技能培训学校有限公司",
    "中国（天津）自由贸易试验区国际保卫管理人才评价中心",
    "天津市滨海新区某某安全防范与保卫管理职业技能培训评价学校有限责任公司（第一分校）",
    "Tianjin Sample Security Assessment Co., Ltd",
    "䶮𫖯龘靐评价中心",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal as pixels, and how far each pixel is from its middle in parts of the radius."""

    pixels: Pixels
    distance: NDArray[np.float64]


def look(name: str, *, caption: str = SEAL_CAPTION, sample: bool = False) -> Seal:
    drawing = seal_drawing(BARE, name, caption=caption, sample=sample, diameter_mm=DIAMETER)
    assert list(drawing.box) == [0, 0, DIAMETER * MM, DIAMETER * MM]
    pixels = looked_at(sheet({"S": drawing}, b"/S Do", (DIAMETER, DIAMETER)), DPI)
    radius = DIAMETER / 2 * DPI / 25.4
    height, width = pixels.shape
    rows = np.arange(height).reshape(height, 1) + 0.5 - radius
    columns = np.arange(width).reshape(1, width) + 0.5 - radius
    return Seal(pixels=pixels, distance=np.sqrt(rows**2 + columns**2) / radius)


def inked(seal: Seal, other: Seal) -> NDArray[np.bool_]:
    """Return where one seal has ink that another has not."""
    return np.asarray(seal.pixels < other.pixels - 40)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sample", [False, True], ids=["real", "sample"])
def test_name_lies_in_its_own_ring_between_seal_edge_and_middle(name: str, sample: bool) -> None:
    fit = fit_arc([BARE.outline(c).advance / 1000 for c in name])
    caption = SEAL_CAPTION
    whole = look(name, caption=caption, sample=sample)
    nameless = look("　" * len(name), caption=" ", sample=sample)
    captionless = look(name, caption=" ", sample=sample)
    of_name = inked(captionless, nameless) & (whole.distance > 0.65)
    assert of_name.sum() > 500
    assert whole.distance[of_name].min() > fit.foot - 0.03
    assert whole.distance[of_name].max() < 0.95
    if not sample:
        of_caption = inked(whole, captionless)
        assert of_caption.sum() > 500
        assert not (of_caption & of_name).any()
        assert whole.distance[of_caption].max() < 0.95


def test_star_and_name_never_meet() -> None:
    star = inked(look("　" * 4, caption=" "), look("　" * 4, caption=" ", sample=True))
    distance = look("　" * 4).distance
    reach = distance[star & (distance < 0.8)].max()
    for count in range(1, 61):
        assert fit_arc([1.0] * count).foot > reach + 0.1


@pytest.mark.parametrize("count", range(1, 61))
def test_any_number_of_characters_fits_without_touching(count: int) -> None:
    fit = fit_arc([1.0] * count)
    assert fit.gap >= 0
    assert fit.spread <= np.radians(272) + 1e-9
    length = count * fit.size * fit.narrow + (count - 1) * fit.gap
    assert length <= fit.spread * fit.foot + 1e-9


def test_longer_names_spread_then_shrink_then_narrow() -> None:
    fits = [fit_arc([1.0] * count) for count in range(4, 41)]
    assert [f.spread for f in fits] == sorted(f.spread for f in fits)
    assert fits[0].narrow == 1.0
    assert min(f.narrow for f in fits[:21]) >= 0.7
    assert min(f.narrow for f in fits) >= 0.55
    assert min(f.size for f in fits) * DIAMETER / 2 >= 2.9  # millimetres


def test_arc_is_even_about_the_top() -> None:
    seal = look("田田田田田田田", caption=" ")
    flipped = seal.pixels[:, ::-1]
    assert np.abs(seal.pixels - flipped).mean() < 6


def test_sample_differs_and_has_no_star() -> None:
    name = NAMES[1]
    real, sample = look(name), look(name, sample=True)
    solid = real.distance < 0.05
    assert (real.pixels[solid] < 200).all()
    assert (sample.pixels[solid] == 255).mean() > 0.4
    ring = (real.distance > 0.90) & (real.distance < 0.93)
    assert (real.pixels[ring] < 200).mean() < 0.1
    assert (sample.pixels[ring] < 200).mean() > 0.2


def test_sample_says_so_whatever_the_name_and_caption() -> None:
    one, other = (look("　" * 4, caption=c, sample=True) for c in (SEAL_CAPTION, " "))
    assert (one.pixels == other.pixels).all()
    words = (one.distance < 0.6) & (one.pixels < 200)
    assert words.sum() > 5_000


def test_type_over_the_seal_stays_readable() -> None:
    assert contrast(INK, SEAL_RED) >= 4.5
    assert contrast(SEAL_RED, PAPER) >= 3


def test_seal_is_drawn_the_same_each_time_and_stays_small() -> None:
    for name, most in ((NAMES[2], 12_000), (NAMES[4], 20_000)):
        first, second = (
            seal_drawing(BARE, name, sample=False, diameter_mm=DIAMETER) for _ in range(2)
        )
        assert first == second
        assert len(first.content) <= most


def test_text_layer_sees_nothing() -> None:
    drawing = seal_drawing(BARE, NAMES[0], sample=True, diameter_mm=DIAMETER)
    with pypdfium2.PdfDocument(sheet({"S": drawing}, b"/S Do")) as document:
        assert document[0].get_textpage().get_text_range() == ""
