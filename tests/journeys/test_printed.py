"""What is printed of a page: sheets, and what stands on them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import templates
from registry.log_reader import LogReader
from tests.journeys.site import DESK, Site, running_site
from tests.journeys.site_apps import make_app
from tests.verifier.world import NOW, PEPPER
from verifier.boxed_picture import BoxedPicture
from verifier.service import Verifier
from verifier.site.pages import result_page
from verifier.verdict import Verdict

SCREEN = (1080, 2340)  # a phone's, the tallest of pictures
IMAGE = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
HALF_A_SHEET = 380  # of 842 points
DESK_STYLE = Path(templates.__path__[0]) / "static/desk/desk.css"
NAME = ((300.0, 700.0), (620.0, 700.0), (620.0, 740.0), (300.0, 740.0))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    width, height = DESK
    page = browser.new_page(viewport={"width": width, "height": height})
    yield page
    page.close()


def printed(page: Page) -> pypdfium2.PdfDocument:
    """Return what the page is on paper."""
    return pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))


def text_of(sheet: pypdfium2.PdfPage) -> str:
    return str(sheet.get_textpage().get_text_bounded())


def boxed_result(site: Site) -> str:
    """Return the result page of an edited file whose picture has a red box."""
    log = LogReader(site.world.log_folder)
    verifier = Verifier(site.trust, lambda: site.look(), PEPPER, lambda: NOW, log=log)
    verdict = verifier.verify_file((site.folder / "edited.pdf").read_bytes(), "edited.pdf")
    app = make_app(verifier)
    with app.test_request_context("/verify/file?lang=zh"):
        answer = result_page(with_box(verdict))
    verifier.close()
    assert not isinstance(answer, str)
    return answer.get_data(as_text=True)


def with_box(verdict: Verdict) -> Verdict:
    boxed = BoxedPicture(jpeg=screenshot(), size=SCREEN, boxes=(("holder_name", NAME),))
    return replace(verdict, boxed=boxed)


def screenshot() -> bytes:
    output = BytesIO()
    Image.new("RGB", SCREEN, (236, 232, 222)).save(output, "JPEG")
    return output.getvalue()


def tallest_picture(sheet: pypdfium2.PdfPage) -> float:
    """Return the height in points of the tallest picture on a sheet; 0 where there is none."""
    bounds = [one.get_bounds() for one in sheet.get_objects() if one.type == IMAGE]
    return max((top - bottom for _, bottom, _, top in bounds), default=0)


def test_a_picture_with_boxes_stands_under_its_verdict_on_the_first_sheet(
    page: Page, site: Site
) -> None:
    html = boxed_result(site)
    page.route(f"{site.address}/verify/file", lambda route: route.fulfill(body=html))
    page.goto(f"{site.address}/verify/file")
    with printed(page) as paper:
        assert len(paper) == 2
        assert tallest_picture(paper[0]) > HALF_A_SHEET
        assert "与登记不符之处" in text_of(paper[0])


def test_the_register_is_printed_with_its_spaces_and_without_its_search(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.address}/register?lang=zh")
    heading = page.locator("#find")
    expect(heading).to_be_visible()
    with printed(page) as paper:
        text = "".join(text_of(sheet) for sheet in paper)
    assert "编号前缀" in text and "JSON · CSV · 签名列表原文" in text
    assert re.search(r"S000012000123[\s]+该机构证书编号", text)
    assert "\n查找" not in text and not text.startswith("查找")


def test_at_the_police_desk_it_stands_there_too(page: Page) -> None:
    picture = base64.b64encode(screenshot()).decode("ascii")
    page.set_content(
        f"<style>{DESK_STYLE.read_text(encoding='utf-8')}</style><main><h1>第 1 件</h1>"
        "<div class='notice tone-bad'>与登记内容不符</div><section class='card'><h2>不符之处</h2>"
        f"<div class='boxed-paper'><p><img src='data:image/jpeg;base64,{picture}'></p>"
        "<ol class='differences'><li>职业技能等级</li></ol></div></section></main>"
    )
    with printed(page) as paper:
        assert len(paper) == 1
        assert tallest_picture(paper[0]) > HALF_A_SHEET


@pytest.mark.parametrize(
    ("lang", "numbered"), [("zh-CN", r"第 1 页，共 2 页"), ("en", r"Page 1 of 2")]
)
def test_a_case_on_paper_has_numbered_sheets_and_who_printed_it_and_no_help(
    page: Page, lang: str, numbered: str
) -> None:
    page.set_content(
        f"<html lang='{lang}'><style>{DESK_STYLE.read_text(encoding='utf-8')}</style>"
        "<body class='numbered'><main><h1>1</h1><p class='hint no-print'>once more</p>"
        "<div style='height: 1100px'></div><p class='printed-by'>by ZHOU</p></main></body></html>"
    )
    expect(page.locator(".printed-by")).to_be_hidden()
    with printed(page) as paper:
        text = [text_of(sheet) for sheet in paper]
    assert len(text) == 2 and re.search(numbered, text[0])
    assert "by ZHOU" in text[1] and "once more" not in "".join(text)
