"""A batch of 300 with 17 planted errors, from the template of the roster to the ZIP."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect
from python_calamine import load_workbook
from stdnum.iso7064 import mod_11_2

from accounts.roles import Role
from codes.documents import Sex
from issuer.columns import Column
from issuer.sample_photos import paint_portrait
from issuer.template import column_choices, write_roster
from tests.journeys.desk_walk import Walk
from tests.journeys.keyboard import choose, fetch, hand_over, press, tick, write

ROWS = 300
FACES = 12  # drawn once each: drawing 300 would take longer than all else
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩"
_GIVEN = ("样一", "样二", "样三", "样四", "样五", "样六", "样七", "样八", "样九", "样十")
_ON_THE_PAGE = 9  # of the planted errors; the others are mended in a spreadsheet
_SLOW_MS = 120_000


def person(place: int) -> dict[Column, str]:
    """Return the right cells of the person at a place from 1: invented, of the fictional orders."""
    born = date(1970, 1, 1) + timedelta(days=53 * place)
    woman = place % 2 == 0
    stem = f"120101{born:%Y%m%d}{'996' if woman else '997'}"
    surname, given = _SURNAMES[place % len(_SURNAMES)], _GIVEN[place % len(_GIVEN)]
    return {
        Column.NAME: surname + given,
        Column.DOCUMENT_TYPE: "居民身份证",
        Column.DOCUMENT_NUMBER: stem + mod_11_2.calc_check_digit(stem),
        Column.SEX: "女" if woman else "男",
        Column.BIRTH_DATE: born.isoformat(),
        Column.OCCUPATION: "保卫管理员",
        Column.LEVEL: ("三级/高级工", "二级/技师")[place % 2],
        Column.PHOTO: f"{place}.jpg",
    }


def planted() -> dict[int, tuple[Column, str]]:
    """Return which place has which wrong cell: 17, spread over the roster."""
    wrong = (
        (Column.DOCUMENT_NUMBER, "120101199001019970"),
        (Column.NAME, ""),
        (Column.SEX, "未知"),
        (Column.BIRTH_DATE, "1990-13-01"),
        (Column.OCCUPATION, "不存在的职业"),
        (Column.LEVEL, "九级"),
        (Column.DOCUMENT_TYPE, "会员卡"),
        (Column.DOCUMENT_NUMBER, "12010"),
        (Column.LEVEL, "五级/初级工"),
    )
    return {7 + 17 * place: wrong[place % len(wrong)] for place in range(17)}


def write_list(path: Path) -> None:
    """Write the roster with its errors, in the form of the template."""
    bad = planted()
    rows = []
    for place in range(1, ROWS + 1):
        cells = person(place)
        if place in bad:
            column, text = bad[place]
            cells = cells | {column: text}
        rows.append([cells.get(column, "") for column in Column])
    write_roster(path, rows)


def write_photos(path: Path) -> None:
    """Write a ZIP of everybody's photo."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for place in range(1, ROWS + 1):
            archive.writestr(f"{place}.jpg", photo(place))


@cache
def _face(which: int) -> Image.Image:
    sex = Sex.FEMALE if which % 2 == 0 else Sex.MALE
    return paint_portrait(seed=which, sex=sex, birth_year=1985)


def photo(place: int) -> bytes:
    """Return a photo like no other: the face of a few, in a dress with a badge of its own."""
    picture = _face(place % FACES).copy()
    colour = ((37 * place) % 200, (91 * place) % 200, (53 * place) % 200)
    ImageDraw.Draw(picture).rectangle((190, 370, 215, 395), fill=colour)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85, dpi=(300, 300))
    return out.getvalue()


def issue_batch(walk: Walk, folder: Path) -> bytes:
    """Go from the template to the certificates' ZIP and return it."""
    write_list(folder / "名册.xlsx")
    write_photos(folder / "照片.zip")
    with walk.runner():
        with walk.signed_in(Role.BODY_CLERK) as page:
            walk.see(page, "clerk-front")
            at = _hand_in(walk, page, folder)
            _mend_on_the_page(walk, page)
            _mend_in_a_spreadsheet(walk, page, folder)
            _add_photos(walk, page, folder)
            press(page.get_by_role("button", name="提交审批"))
            expect(page.get_by_text("等待审批").first).to_be_visible()
        with walk.signed_in(Role.APPROVER) as page:
            _approve(walk, page)
        with walk.signed_in(Role.BODY_CLERK) as page:
            return _fetch(walk, page, at)


def _hand_in(walk: Walk, page: Page, folder: Path) -> str:
    press(page.locator(".places").get_by_role("link", name="批次签发"))
    walk.see(page, "batches-none")
    template = fetch(page.get_by_role("link", name="下载名册模板"))
    assert Column.NAME.value in _rows_of(template)[0]
    press(page.get_by_role("link", name="新建批次"))
    walk.see(page, "batch-new")
    hand_over(page.get_by_label("名册文件"), folder / "名册.xlsx")
    press(page.get_by_role("button", name="上传并检查"))
    mend = page.get_by_role("link", name=f"改正名册中 {len(planted())} 行的问题")
    expect(mend).to_be_visible(timeout=_SLOW_MS)
    at = page.url
    walk.see(page, "batch-to-mend")
    press(mend)
    return at


def _mend_on_the_page(walk: Walk, page: Page) -> None:
    faulty = page.locator("tbody tr", has=page.locator("td.bad"))
    expect(faulty).to_have_count(len(planted()))
    walk.see(page, "roster-marked")
    for place in list(planted())[:_ON_THE_PAGE]:
        column, _ = planted()[place]
        cell = page.get_by_label(f"第 {place + 1} 行 {column.value}", exact=True)
        enter = choose if column in column_choices() else write
        enter(cell, person(place)[column])
    press(page.get_by_role("button", name="保存本页修改"))
    expect(faulty).to_have_count(len(planted()) - _ON_THE_PAGE, timeout=_SLOW_MS)


def _mend_in_a_spreadsheet(walk: Walk, page: Page, folder: Path) -> None:
    headings, *rows = _rows_of(fetch(page.get_by_role("link", name="下载有问题的")))
    for row in rows:
        place = int(row[0]) - 1
        column, _ = planted()[place]
        row[headings.index(column.value)] = person(place)[column]
    path = folder / "改正.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([headings, *rows])
    hand_over(page.get_by_label("改正后的文件"), path)
    press(page.get_by_role("button", name="上传改正"))
    add = page.get_by_role("link", name=f"上传照片（还差 {ROWS} 人）")
    expect(add).to_be_visible(timeout=_SLOW_MS)
    walk.see(page, "roster-mended")
    press(add)


def _add_photos(walk: Walk, page: Page, folder: Path) -> None:
    hand_over(page.get_by_label("照片或 ZIP"), folder / "照片.zip")
    press(page.get_by_role("button", name="上传", exact=True))
    expect(_fact(page, "其中待检查")).to_have_text("0", timeout=_SLOW_MS)
    expect(_fact(page, "缺少照片的人员")).to_have_text("0")
    expect(_fact(page, "照片不合格的人员")).to_have_text("0")
    walk.see(page, "photos-added")
    press(page.get_by_role("navigation", name="本批次").get_by_role("link", name="总览"))
    walk.see(page, "batch-ready")


def _rows_of(workbook: Path) -> list[list[str]]:
    """Return the cells of a workbook's first sheet, whole numbers written without a point."""
    with load_workbook(workbook) as book:
        rows = book.get_sheet_by_index(0).to_python()
    return [[str(int(cell) if isinstance(cell, float) else cell) for cell in row] for row in rows]


def _fact(page: Page, label: str) -> Locator:
    return page.locator("dl.facts > div", has_text=label).locator("dd")


def _approve(walk: Walk, page: Page) -> None:
    press(page.locator(".waiting a", has_text="个批次待审批"))
    press(page.get_by_role("link", name="进入审批"))
    expect(page.locator("img.sample").first).to_be_visible(timeout=_SLOW_MS)
    for sample in page.locator("img.sample").all():  # it cannot be approved before they are shown
        expect(sample).to_be_visible(timeout=_SLOW_MS)
    walk.see(page, "batch-review")
    tick(page.get_by_label("人数、考核、提示和样张已核对"))
    press(page.get_by_role("button", name=f"批准签发 {ROWS} 张"))
    walk.show_again(page)
    pause = page.get_by_role("button", name="暂停签发")
    expect(pause).to_be_visible()
    begun = page.locator("[data-part=done]").filter(has_text=re.compile("[1-9]"))
    expect(begun.or_(page.get_by_text("下载文件"))).to_be_visible(timeout=_SLOW_MS)
    walk.see(page, "batch-issuing", again=False)


def _fetch(walk: Walk, page: Page, at: str) -> bytes:
    page.goto(at)
    expect(page.get_by_text("下载文件")).to_be_visible(timeout=_SLOW_MS)
    walk.see(page, "batch-issued")
    for name in ("领证签收表", "结果表"):
        assert zipfile.is_zipfile(fetch(page.get_by_role("link", name=name)))
    return fetch(page.get_by_role("link", name="证书 ZIP")).read_bytes()


def certificates_in(archive: bytes) -> list[str]:
    """Return the names of the certificates in a ZIP."""
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        return [name for name in held.namelist() if re.match(r"[SY]\d{21}-", name)]
