"""How somebody takes a picture of a certificate with a phone: all that chance decides.

Lengths in the picture are given for a picture 2 048 dots long, whatever its real size: blur is made
by lens and hand, so a coarser sensor sees less of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

NOMINAL_LENGTH: Final = 2048
MAX_TILT_DEGREES: Final = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the camera stands.

    Args:
        tilt_degrees: between the camera's axis and the upright on the sheet, 0 to 25.
        tilt_direction: which way the sheet leans away, in radians.
        roll: of the camera about its axis, in radians.
        quarter_turns: of the stored picture, as of a phone held across.
        fill: how much of the picture's length or width the whole sheet takes.
        off_centre: of the free margins, -1 to 1 each way.
        focal_length: over the picture's length; 26 to 28 mm lenses of full frame.
        distortion: of the lens, at the corners.
        curl_mm: how far the sheet's ends rise.
        curl_direction: of the curl, in radians.
    """

    tilt_degrees: float
    tilt_direction: float
    roll: float
    quarter_turns: int
    fill: float
    off_centre: tuple[float, float]
    focal_length: float
    distortion: float
    curl_mm: float
    curl_direction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Blur:
    """What lens, focus, hand and the phone's own sharpening do, in dots of the nominal length.

    Args:
        lens: standard deviation.
        defocus: radius.
        motion: length of the path during exposure.
        motion_direction: in radians.
        sharpening: gain of an unsharp mask.
    """

    lens: float
    defocus: float
    motion: float
    motion_direction: float
    sharpening: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """How the sheet is lit, and exposed.

    Args:
        falloff: how much of the light is lost from one end of the picture to the other.
        direction: of the lamp or window, in radians.
        vignetting: lost at the corners.
        shadow: share of the light the shadow of phone or hand takes.
        shadow_place: where its edge runs, -1 to 1 over the picture.
        shadow_direction: in radians.
        shadow_softness: width of its edge.
        paper: brightness of the best lit paper in the stored picture, of 255.
        haze: stray light, of white.
        cast: tint of blue and red, as of lamps that the camera corrects badly.
    """

    falloff: float
    direction: float
    vignetting: float
    shadow: float
    shadow_place: float
    shadow_direction: float
    shadow_softness: float
    paper: float
    haze: float
    cast: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture.

    Args:
        view: where from.
        blur: how sharp.
        light: in which light.
        electrons: that white leaves in one dot of the nominal picture; fewer are noisier.
        table: 0 to 1, which of the tables the sheet lies on.
        noise_seed: for the grain of sensor and table.
    """

    view: View
    blur: Blur
    light: Light
    electrons: float
    table: float
    noise_seed: int


def draw_shot(seed: int, index: int) -> Shot:
    """Return the shot of this index; the same for the same seed."""
    chance = np.random.default_rng([seed, index])
    return Shot(
        view=_view(chance),
        blur=_blur(chance),
        light=_light(chance),
        # From a dim room at a high gain to a bright window.
        electrons=float(np.exp(chance.uniform(np.log(250), np.log(6000)))),
        table=chance.uniform(),
        noise_seed=int(chance.integers(2**32)),
    )


def _view(chance: np.random.Generator) -> View:
    return View(
        tilt_degrees=chance.uniform(0, MAX_TILT_DEGREES),
        tilt_direction=_direction(chance),
        roll=chance.uniform(-0.14, 0.14),
        quarter_turns=int(chance.integers(4)),
        fill=chance.uniform(0.82, 0.96),
        off_centre=(chance.uniform(-1, 1), chance.uniform(-1, 1)),
        focal_length=chance.uniform(0.72, 0.78),
        distortion=chance.uniform(-0.008, 0.008),
        curl_mm=chance.uniform(0, 5),
        curl_direction=_direction(chance),
    )


def _blur(chance: np.random.Generator) -> Blur:
    return Blur(
        # A phone's 12 megapixels resolve to 1.0–1.4 of its own dots, which are half as long.
        lens=chance.uniform(0.4, 0.7),
        # Autofocus is mostly right and seldom a little off.
        defocus=min(1.3, abs(chance.normal(0, 0.5))),
        # A hand moves at 1–3 degrees a second; 1/60 to 1/30 s, partly stabilised. One
        # nominal dot is half a milliradian or so.
        motion=min(2.4, abs(chance.normal(0, 0.9))),
        motion_direction=_direction(chance),
        sharpening=chance.uniform(0, 0.8),
    )


def _light(chance: np.random.Generator) -> Light:
    return Light(
        falloff=chance.uniform(0, 0.55),
        direction=_direction(chance),
        vignetting=chance.uniform(0.05, 0.3),
        shadow=chance.uniform(0.15, 0.5) * (chance.uniform() < 0.4),
        shadow_place=chance.uniform(-0.7, 0.7),
        shadow_direction=_direction(chance),
        shadow_softness=chance.uniform(0.02, 0.3),
        paper=chance.uniform(170, 250),
        haze=chance.uniform(0.005, 0.06),
        cast=(chance.uniform(-14, 5), chance.uniform(-4, 9)),
    )


def _direction(chance: np.random.Generator) -> float:
    return chance.uniform(0, 2 * np.pi)
