"""The small picture in a report of a file."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pillow_heif
from PIL import Image

from registry.home import Home
from tests.verifier.world import NOW, trusted
from verifier.boxed_picture import BoxedPicture
from verifier.report_desk import ReportDesk
from verifier.service import Verifier


def test_it_is_of_the_file_and_where_something_differs_it_has_the_red_boxes(home: Home) -> None:
    uploaded, boxed = BytesIO(), BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (1200, 1600), "white")).save(uploaded)
    Image.new("RGB", (900, 1200), "red").save(boxed, "JPEG")
    verifier = Verifier(trusted, None, home.pepper(), lambda: NOW)
    verdict = verifier.verify_qr("1")
    marked = BoxedPicture(jpeg=boxed.getvalue(), size=(1200, 1600), boxes=())
    desk = ReportDesk(home, verifier)
    try:
        for given, white in ((verdict, True), (replace(verdict, boxed=marked), False)):
            shown = desk.picture_of(uploaded.getvalue(), given)
            assert shown is not None
            picture = Image.open(BytesIO(shown))
            assert picture.size == (850, 1133)
            red, green, _ = picture.getpixel((240, 320))  # type: ignore[misc]  # RGB
            assert red > 250 and (green > 250) is white
    finally:
        desk.close()
