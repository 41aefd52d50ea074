"""Makes the pictures of the README from a fresh demo: `make pictures`.

The certificate is a page the issuer drew; the verdict is what a phone shows after scanning it. Both
carry 样本 SAMPLE.
"""

from __future__ import annotations

import io
import json
import logging
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from codes.wording import Language
from issuer.demo import Demo, issue_demo
from issuer.progress import ProgressLine
from registry.home import Home
from tests.tools import system_chromium
from wsgi import create_public_app

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
MAX_BYTES = 300 * 1024
SHOWN_NAME = "赵䶮"  # a name that many systems cannot print
_CERTIFICATE_WIDTH = 840
_PHONE = {"width": 390, "height": 844}
_COLOURS = 128


def main() -> None:
    """Write both pictures into docs/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        demo = Demo(folder=Path(folder))
        home, _ = issue_demo(
            demo,
            public_url=f"http://127.0.0.1:{port}",
            clock=lambda: datetime.now(UTC),
            progress=ProgressLine(Language.EN, quiet=True),
        )
        listing = json.loads(demo.listing.read_bytes())
        shown = next(entry for entry in listing if entry["name"] == SHOWN_NAME)
        _write(FOLDER / "certificate.png", picture_of_page(Path(shown["pdf"])))
        with _serving(home, port):
            _write(FOLDER / "verdict-phone.png", picture_of_phone(shown["qr_text"]))


def picture_of_page(pdf: Path) -> Image.Image:
    """Return the first page of a PDF as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()  # without it the library leaves out the seal, a form's widget
        page = document[0]
        picture: Image.Image = page.render(scale=_CERTIFICATE_WIDTH / page.get_width()).to_pil()
    finally:
        document.close()
    return picture


def picture_of_phone(address: str) -> Image.Image:
    """Return what a phone shows once the page at `address` has its verdict."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            viewport={"width": _PHONE["width"], "height": _PHONE["height"]},
            device_scale_factor=2,
            locale="zh-CN",
        )
        page.goto(address)
        page.get_by_text("核验一致，现行有效").first.wait_for(timeout=20_000)
        shot = page.screenshot()
        browser.close()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def _write(path: Path, picture: Image.Image) -> None:
    output = io.BytesIO()
    palette = picture.convert("RGB").quantize(
        _COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    palette.save(output, "PNG", optimize=True)
    data = output.getvalue()
    if len(data) > MAX_BYTES:
        raise SystemExit(f"{path.name} has {len(data)} bytes, more than {MAX_BYTES}")
    path.write_bytes(data)
    print(f"{path.name}: {picture.width}×{picture.height}, {len(data) // 1024} KB")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _serving(home: Home, port: int) -> Iterator[None]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", port, create_public_app(home), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    main()
