"""Grounds that are white enough, those to look at, and those that are refused by name."""

from __future__ import annotations

import pytest

from issuer.photo_background import Ground, Tint, Whiteness, judge_ground
from tests.issuer.ground_samples import GROUNDS, noisy, portrait_on, tight

SEEDS = range(6)
WHITE = {"white", "studio white", "cool white", "warm white", "light grey", "vignette"}
OFF_WHITE = {"cream", "grey wall", "pale blue wall", "vignette strong", "soft shadow"}
TINTS = {
    "blue 438EDB": Tint.BLUE,
    "blue 00BFF3": Tint.BLUE,
    "navy": Tint.BLUE,
    "light blue": Tint.BLUE,
    "blue to white": Tint.BLUE,
    "red FF0000": Tint.RED,
    "red BE0000": Tint.RED,
    "dark red": Tint.RED,
    "red to white": Tint.RED,
    "green": Tint.GREEN,
    "wood": Tint.YELLOW,
    "tungsten": Tint.YELLOW,
    "purple": Tint.PURPLE,
    "mid grey": Tint.GREY,
    "grey to white": Tint.GREY,
    "deep shadow": Tint.GREY,
    "black": Tint.BLACK,
    "scenery": Tint.MIXED,
}


def wanted(ground: str) -> Ground:
    if ground in WHITE:
        return Ground(whiteness=Whiteness.WHITE, tint=None)
    if ground in OFF_WHITE:
        return Ground(whiteness=Whiteness.OFF_WHITE, tint=None)
    return Ground(whiteness=Whiteness.OTHER, tint=TINTS[ground])


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_ground_is_judged_whoever_stands_before_it(ground: str) -> None:
    for seed in SEEDS:
        picture = portrait_on(GROUNDS[ground](seed), seed)
        assert judge_ground(picture) == wanted(ground), seed


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_poor_sensor_and_a_hard_jpeg_change_nothing(ground: str) -> None:
    for seed in SEEDS:
        picture = noisy(portrait_on(GROUNDS[ground](seed), seed), 12, 55)
        assert judge_ground(picture) == wanted(ground), seed


@pytest.mark.parametrize("ground", GROUNDS)
def test_hair_at_the_top_and_shoulders_at_the_edges_change_nothing(ground: str) -> None:
    for seed in SEEDS:
        picture = tight(portrait_on(GROUNDS[ground](seed), seed))
        assert judge_ground(picture) == wanted(ground), seed
