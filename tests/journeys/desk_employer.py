"""An employer's list of 2 000 rows: handed in, waited for, its workbook, and what changes later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page, Response, expect

from accounts.roles import Role
from log.leaves import LifeKind
from tests.issuer.desks import desk_at
from tests.issuer.lives import done
from tests.issuer.seal_homes import real_now
from tests.journeys.desk_walk import Walk
from tests.journeys.keyboard import fetch, hand_over, press
from tests.verifier.bulk_lists import HEADINGS, workbook
from tests.verifier.employer_desk import every_place_taken
from tests.verifier.police_homes import PoliceHome
from verifier.desks.employer_runner import tend
from verifier.desks.employers_room import ROOM_EXTENSION, EmployersRoom

ROWS = 2_000
WRONG_NAMES = range(100, 112)
UNKNOWN = range(700, 709)
REVOKED = range(1500, 1504)
OFF = len(WRONG_NAMES) + len(UNKNOWN) + len(REVOKED)
_SLOW_MS = 120_000


def check_staff(walk: Walk, desk: PoliceHome, folder: Path) -> bytes:
    """Go from the template to the workbook, and to the alert of a certificate revoked later."""
    room: EmployersRoom = walk.app.extensions[ROOM_EXTENSION]
    gone, later = desk.issued[-1][0], desk.issued[0][0]
    _revoke(walk, gone)
    tend(room, _nobody)
    path = folder / "投标项目人员名单.xlsx"
    path.write_bytes(workbook([HEADINGS, *rows_of(desk)]))
    with walk.signed_in(Role.EMPLOYER) as page:
        walk.see(page, "employer-front")
        press(page.locator(".places").get_by_role("link", name="核验名单"))
        walk.see(page, "employer-lists-none")
        fetch(page.get_by_role("link", name="下载名单模板"))
        _hand_in(walk, page, room, path)
        result = _fetch(walk, page)
        _revoke(walk, later)
        tend(room, _nobody)
        _see_alert(walk, page, later)
    room.jobs.close()
    return result


def rows_of(desk: PoliceHome) -> list[tuple[str, str, str]]:
    """Return the rows: the same people in many projects, some wrong in one way each."""
    gone, good = desk.issued[-1], desk.issued[:-1]
    rows = []
    for place in range(ROWS):
        number, name = gone if place in REVOKED else good[place % len(good)]
        if place in WRONG_NAMES:
            name = "误写姓名"
        if place in UNKNOWN:
            number = f"{number[:16]}{900_000 + place}"
        rows.append((number, name, ""))
    return rows


def _hand_in(walk: Walk, page: Page, room: EmployersRoom, path: Path) -> None:
    hand_over(page.get_by_label("名单文件"), path)
    expect(page.get_by_label("名单中的证书以后状态有变动时提醒我")).to_be_checked()
    with every_place_taken(room):
        press(page.get_by_role("button", name="开始核验"))
        expect(page.get_by_role("heading", name="正在核验")).to_be_visible()
        expect(page.get_by_text("等待核验：轮到这一份名单时")).to_be_visible()
        expect(page.get_by_text("0 / 0")).to_be_hidden()
        walk.see(page, "employer-waiting")
    with page.expect_response(_counts_rows, timeout=_SLOW_MS):
        pass  # the page asks by itself
    expect(page.get_by_role("heading", name="核验结果")).to_be_visible(timeout=_SLOW_MS)


def _counts_rows(answer: Response) -> bool:
    return answer.url.endswith("/progress") and answer.json().get("total") == ROWS


def _fetch(walk: Walk, page: Page) -> bytes:
    expect(page.get_by_text(f"有 {OFF} 行不是“现行有效”")).to_be_visible()
    walk.see(page, "employer-result")
    book = fetch(page.get_by_role("link", name="下载结果工作簿"))
    press(page.locator(".places").get_by_role("link", name="核验名单"))
    expect(page.get_by_text("已完成")).to_be_visible()
    walk.see(page, "employer-lists")
    return book.read_bytes()


def _see_alert(walk: Walk, page: Page, number: str) -> None:
    page.goto("/")
    press(page.locator(".waiting a", has_text="项证书状态变动待查看"))
    # What happened just before a check is told too, so the one revoked before may stand here.
    row = page.locator("table.data tbody tr", has_text=number)
    expect(row).to_have_count(1)
    expect(row).to_contain_text("已撤销")
    walk.see(page, "employer-alert")
    press(page.get_by_role("button", name="全部标为已看"))
    expect(page.get_by_text("项新的变动")).to_be_hidden()


def _revoke(walk: Walk, number: str) -> None:
    with desk_at(walk.home, clock=real_now) as desk:  # lists are checked by that clock
        done(desk, LifeKind.REVOKE, number=number)


def _nobody(url: str, headers: Mapping[str, str], body: bytes) -> int:
    raise AssertionError("nobody has a webhook")
