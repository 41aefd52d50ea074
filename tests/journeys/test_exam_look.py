"""The pages of an examination in a browser: clean of axe, nothing too wide, light."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser

from issuer.desk import shanghai_day
from registry.home import Home
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import BOTH, CLERK, BatchDesk, filed_home
from tests.issuer.desks import PUBLIC_URL
from tests.issuer.exam_desk import Clock, begun, enter_scores, to_notice
from tests.journeys.axe import check_accessible
from tests.journeys.conftest import serving
from tests.journeys.test_desk_look import MAX_PAGE_BYTES, PICTURES, a_page
from tests.journeys.unbroken import broken_numbers
from wsgi import create_private_app


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> BatchDesk:
    """Desks with a batch whose notice is over and was objected to, and one at its beginning."""
    folder: Path = tmp_path_factory.mktemp("exam-look")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    filed_home(home, skipped=())
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANZHEN_PUBLIC_URL", PUBLIC_URL)
        desk = BatchDesk(create_private_app(home, PASSPHRASE, clock=clock))
    issued = to_notice(desk, folder, clock, name="三")
    over = to_notice(desk, folder, clock)
    clock.now += timedelta(days=9)
    day = shanghai_day(clock.now).isoformat()
    desk.post(f"/batches/{over}/objections", CLERK, received=day, sender="匿名", text="有人替考")
    desk.submit(issued)
    desk.approve(issued)
    desk.work()
    desk.post(f"/batches/{issued}/files/print")
    desk.work()
    new = begun(desk, folder, name="二")
    enter_scores(desk, new)
    typed = {"condition": "3-1", "years": "1"}
    desk.post(f"/batches/{new}/eligibility/2", CLERK, **typed)
    sitting = {"part": "skills", "day": "2026-12-05", "begins": "09:00", "ends": "11:00"}
    place = {"room": "一号考场", "seats": "2", "candidates": "4", "examiners": "甲、乙"}
    desk.post(f"/batches/{new}/plan/sittings", CLERK, **sitting, **place)
    desk.post(f"/batches/{over}/resit", CLERK, name="一补考")
    return desk


_LINES = """
one => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
}
"""


def test_the_hours_of_a_sitting_stay_on_one_line(browser: Browser, desk: BatchDesk) -> None:
    with (
        working_as(desk.app, BOTH),
        serving(desk.app) as address,
        a_page(browser, address, width=390) as page,
    ):
        page.goto(f"{address}/batches/3/plan")
        sitting = page.get_by_role("heading", name="技能考核")
        assert sitting.evaluate(_LINES) > 1
        whole = {one.inner_text(): one.evaluate(_LINES) for one in sitting.locator(".day").all()}
        assert whole == {"2026年12月5日": 1, "09:00–11:00": 1}


def test_a_print_serial_stays_whole_beside_a_long_kind(browser: Browser, desk: BatchDesk) -> None:
    with (
        working_as(desk.app, BOTH),
        serving(desk.app) as address,
        a_page(browser, address) as page,
    ):
        page.goto(f"{address}/certificates/1")
        page.locator("#copies td > span").evaluate_all(
            "all => all.forEach(one => { one.textContent = '补发（遗失，替换前一份）'.repeat(3); })"
        )
        assert broken_numbers(page) == []


@pytest.mark.parametrize("view", [(1366, "zh"), (390, "en")], ids=["office", "phone"])
def test_every_page_of_an_examination_is_accessible_fits_and_is_light(
    browser: Browser, desk: BatchDesk, view: tuple[int, str]
) -> None:
    width, language = view
    pages = {
        "exam-steps": "/batches/3",
        "eligibility": "/batches/3/eligibility",
        "candidate": "/batches/3/eligibility/2",
        "plan": "/batches/3/plan",
        "scores": "/batches/3/scores",
        "scores-closed": "/batches/2/scores",
        "scores-issued": "/batches/1/scores",
        "resit": "/batches/2/resit",
        "resit-scores": "/batches/4/scores",
        "issued": "/batches/1",
        "certificate": "/certificates/1",
        "notice": "/batches/2/notice",
        "notice-print": "/batches/2/notice/print",
        "settings": "/batches/settings",
    }
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        working_as(desk.app, BOTH),
        serving(desk.app) as address,
        a_page(browser, address, width=width, language=language) as page,
    ):
        for name, path in pages.items():
            answer = page.goto(address + path)
            assert answer is not None and answer.status == 200, name
            assert len(answer.body()) < MAX_PAGE_BYTES
            page.screenshot(path=PICTURES / f"{name}-{width}-{language}.png", full_page=True)
            check_accessible(page, name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert broken_numbers(page) == [], name
            for here in page.locator(".tabs [aria-current]").all():
                box = here.bounding_box()  # the tab where one is can be seen at once
                assert box is not None and 0 <= box["x"] <= width - box["width"], name


@pytest.mark.parametrize(("language", "said"), [("zh", "第 1 页，共 1 页"), ("en", "Page 1 of 1")])
def test_the_page_to_post_has_page_numbers_on_paper(
    browser: Browser, desk: BatchDesk, language: str, said: str
) -> None:
    with (
        working_as(desk.app, BOTH),
        serving(desk.app) as address,
        a_page(browser, address, width=1280, language=language) as page,
    ):
        page.goto(f"{address}/batches/2/notice/print")
        sheet = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))[0]
        assert said in str(sheet.get_textpage().get_text_bounded())
        page.goto(f"{address}/batches/2/notice")
        sheet = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))[0]
        assert said not in str(sheet.get_textpage().get_text_bounded())
