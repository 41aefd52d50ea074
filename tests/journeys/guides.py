"""Makes the guides' pictures again, by the journeys: `python -m tests.journeys.guides`.

Every person, number and key in them is a sample's. What no guide names is not kept.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.issuer.lives import NUMBER, SECOND, issue_people
from tests.journeys.conftest import launch
from tests.journeys.desk_batch import issue_batch
from tests.journeys.desk_change import correct, look_on, reissue
from tests.journeys.desk_employer import check_staff
from tests.journeys.desk_filing import file_and_issue
from tests.journeys.desk_police import investigate, outside_desks_to_walk
from tests.journeys.desk_walk import OFFICE, desks_to_walk

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
FOLDER = GUIDES / "img"
MAX_BYTES = 100_000
_HEIGHT = 1100
_SHOWN_WIDTH = 1024
_COLOURS = (128, 96, 64, 32)
_NAMED = re.compile(r"\]\(img/([a-z0-9-]+)\.png\)")


def named_pictures() -> set[str]:
    """Return the names of the pictures that guides show."""
    pages = (page.read_text(encoding="utf-8") for page in GUIDES.glob("*.md"))
    return {name for page in pages for name in _NAMED.findall(page)}


def shrink(png: bytes) -> bytes:
    """Return a screenshot as a small picture of few colours, of fewer where it is too big."""
    with Image.open(io.BytesIO(png)) as picture:
        height = round(picture.height * _SHOWN_WIDTH / picture.width)
        small = picture.convert("RGB").resize((_SHOWN_WIDTH, height), Image.Resampling.LANCZOS)
    for colours in _COLOURS:
        out = io.BytesIO()
        # Chosen so that a small red box stays red, then moved to what is most of the page.
        few = small.quantize(
            colours, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
        few.save(out, "PNG", optimize=True)
        if out.tell() <= MAX_BYTES:
            break
    return out.getvalue()


def main() -> int:
    """Walk every journey, write the pictures guides name; return 1 when one was not met."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted, met = named_pictures(), set()

    def camera(page: Page, name: str) -> None:
        if name not in wanted:
            return
        met.add(name)
        high = min(_HEIGHT, int(page.evaluate("document.documentElement.scrollHeight")))
        shot = page.screenshot(
            full_page=True, clip={"x": 0, "y": 0, "width": OFFICE, "height": high}
        )
        (FOLDER / f"{name}.png").write_bytes(shrink(shot))

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright)
        with desks_to_walk(browser, Path(folder) / "demo", camera) as walk:
            parts = [Path(folder) / name for name in ("two", "batch", "filing")]
            for part in parts:
                part.mkdir()
            issue_people(walk.home, parts[0])
            correct(walk, NUMBER)
            reissue(walk, SECOND)
            look_on(walk, NUMBER)
            issue_batch(walk, parts[1])
            file_and_issue(walk, parts[2])
        with outside_desks_to_walk(browser, Path(folder) / "outside", camera) as outside:
            parts = [Path(folder) / name for name in ("bundle", "list")]
            for part in parts:
                part.mkdir()
            investigate(outside.walk, outside.desk, parts[0])
            check_staff(outside.walk, outside.desk, parts[1])
        browser.close()
    for stale in FOLDER.glob("*.png"):
        if stale.stem not in wanted:
            stale.unlink()
    for name in sorted(wanted - met):
        print(f"no journey meets {name}", file=sys.stderr)
    return 1 if wanted - met else 0


if __name__ == "__main__":
    sys.exit(main())
