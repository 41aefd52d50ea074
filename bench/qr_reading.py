"""How often a printed symbol of fixed size is read from a poor picture, for each level.

At a fixed printed size more error correction means smaller modules: it helps where paper is
damaged and hurts where the picture is coarse. The symbol is drawn so many pixels wide, quiet zone
included, blurred, given noise, and read by zxing-cpp.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt
from statistics import NormalDist

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bench.qr_samples import NAMES, URL_PREFIXES, sample_text
from codes.qr_symbol import Symbol, make_symbol

QUIET_MODULES = 4
COARSE_WIDTHS = (90, 100, 110, 120, 140)
DAMAGE_PERCENTS = (2, 4, 6, 8, 10)
LEVELS = ("L", "M", "Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Share of pictures read, in percent.

    Args:
        kind: what was made worse.
        level: error correction.
        version: of the symbols.
        percents: one for each step of worsening.
    """

    kind: str
    level: str
    version: int
    percents: tuple[int, ...]


def measure(trials: int) -> list[Rates]:
    """Return reading rates for coarse pictures and for damaged paper."""
    rates = []
    for level in LEVELS:
        texts = [sample_text(NAMES[4], URL_PREFIXES[23], variant=trial) for trial in range(trials)]
        symbols = [(text, make_symbol(text, level=level)) for text in texts]
        for kind, steps, worsen in (
            ("coarse picture", COARSE_WIDTHS, coarse),
            ("damaged paper", DAMAGE_PERCENTS, damaged),
        ):
            percents = tuple(_read_percent(symbols, step, worsen) for step in steps)
            version = symbols[0][1].version
            rates.append(Rates(kind=kind, level=level, version=version, percents=percents))
    return rates


def coarse(symbol: Symbol, width_pixels: int, randomness: random.Random) -> Image.Image:
    """Return a picture of about so few pixels, slightly turned, blurred and noisy."""
    # Not always the same width, or one level would be lucky with how its grid falls on pixels.
    width_pixels += randomness.randint(-5, 5)
    page = _page(symbol, 800).rotate(
        randomness.uniform(-4, 4), Image.Resampling.BICUBIC, fillcolor=255
    )
    small = page.resize((width_pixels, width_pixels), Image.Resampling.BOX)
    return _noisy(small.filter(ImageFilter.GaussianBlur(0.5)), 12, randomness)


def damaged(symbol: Symbol, percent: int, randomness: random.Random) -> Image.Image:
    """Return a clear picture in which a round white blot hides so much of the symbol's area."""
    page = _page(symbol, 600)
    inner = 600 * symbol.size / (symbol.size + 2 * QUIET_MODULES)
    radius = inner * sqrt(percent / 100 / pi)
    # The lower right quarter holds no finder pattern; those no level protects.
    farthest = 300 + inner / 2 - radius
    x, y = randomness.uniform(300, farthest), randomness.uniform(300, farthest)
    ImageDraw.Draw(page).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return page


def _page(symbol: Symbol, width_pixels: int) -> Image.Image:
    """Return the symbol with its quiet zone, so many pixels wide."""
    stored = Image.frombytes(
        "1", (8 * symbol.row_bytes, symbol.size), symbol.bitmap, "raw", "1;I"
    ).convert("L")
    side = symbol.size + 2 * QUIET_MODULES
    page = Image.new("L", (side, side), 255)
    page.paste(stored.crop((0, 0, symbol.size, symbol.size)), (QUIET_MODULES, QUIET_MODULES))
    return page.resize((width_pixels, width_pixels), Image.Resampling.NEAREST)


def _noisy(picture: Image.Image, sigma: float, randomness: random.Random) -> Image.Image:
    """Return the picture with grey noise."""
    spread = NormalDist(128, sigma)
    by_rank = bytes(
        max(0, min(255, round(spread.inv_cdf((rank + 0.5) / 256)))) for rank in range(256)
    )
    noise = randomness.randbytes(picture.width * picture.height).translate(by_rank)
    return ImageChops.add(picture, Image.frombytes("L", picture.size, noise), scale=1, offset=-128)


def _read_percent(
    symbols: list[tuple[str, Symbol]],
    step: int,
    worsen: Callable[[Symbol, int, random.Random], Image.Image],
) -> int:
    """Return the share of symbols that read back right."""
    randomness = random.Random(f"{worsen.__name__} {step}")
    read = 0
    for text, symbol in symbols:
        found = zxingcpp.read_barcodes(worsen(symbol, step, randomness))
        read += any(barcode.text == text for barcode in found)
    return round(100 * read / len(symbols))
