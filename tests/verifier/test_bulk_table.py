"""Lists to check: how they are read, and what is refused, naming the place and what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.child import Child
from registry.grid import LONGEST_HEADING, MAX_COLUMNS
from tests.verifier.bulk_lists import HEADINGS, csv_text, sheets, workbook
from verifier.bulk_columns import Column, recognise
from verifier.bulk_faults import BulkError
from verifier.bulk_limits import MAX_BULK_BYTES, MAX_BULK_ROWS
from verifier.bulk_table import BulkTable, open_bulk_child, parse_bulk

NUMBER = "S000012000123263000001"
NAME = "欧阳娜依"
ROW = (NUMBER, NAME, "")


@pytest.fixture(scope="module")
def reader() -> Iterator[Child]:
    with open_bulk_child() as child:
        yield child


def read(data: bytes, reader: Child, file: str = "名单.xlsx") -> BulkTable:
    return parse_bulk(data, file, reader)


def refusal(data: bytes, reader: Child) -> BulkError:
    with pytest.raises(BulkError) as caught:
        read(data, reader)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_every_encoding_offices_save(encoding: str, reader: Child) -> None:
    table = read(csv_text([HEADINGS, ROW]).encode(encoding), reader, "名单.csv")
    assert table.sheet is None
    assert dict(table.rows[0].asked) == {Column.NUMBER: NUMBER, Column.NAME: NAME}


def test_a_workbook_is_read_with_its_own_columns_and_row_numbers(reader: Child) -> None:
    rows = [
        ["招聘名单"],
        ["工号", "姓 名*", "证书编号（必填）"],
        ["001", NAME, NUMBER],
        [],
        ["002", NAME],
    ]
    table = read(workbook(rows, before="说明"), reader)
    assert table.sheet == "名单"
    assert table.headings == ("工号", "姓 名*", "证书编号（必填）")
    assert [row.row for row in table.rows] == [3, 5]
    assert table.rows[0].texts[0] == "001"
    fault = table.rows[1].fault
    assert fault is not None
    assert (fault.code, fault.cell) == ("row_number_missing", "C5")


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("证书编号 Certificate number", Column.NUMBER),
        ("Certificate No.", Column.NUMBER),
        ("certificate_no", Column.NUMBER),
        ("持证人姓名", Column.NAME),
        ("学员姓名", Column.NAME),
        ("名字", Column.NAME),
        ("技能等级证书号", Column.NUMBER),
        ("职业技能等级证书号", Column.NUMBER),
        ("Full name", Column.NAME),
        ("身份证号码（18位）", Column.DOCUMENT),
        ("ID number", Column.DOCUMENT),
        ("编号", None),
        ("部门", None),
        ("姓名" + " " * LONGEST_HEADING, None),  # what is long is not read: it may hold marks only
    ],
)
def test_headings_are_recognised_in_both_languages(heading: str, column: Column | None) -> None:
    assert recognise(heading) is column


def test_a_vague_heading_counts_where_nothing_better_is_there(reader: Child) -> None:
    vague = read(csv_text([("编号", "姓名"), (NUMBER, NAME)]).encode(), reader)
    assert vague.rows[0].asked[Column.NUMBER] == NUMBER
    both = read(csv_text([("编号", "姓名", "证书编号"), ("7", NAME, NUMBER)]).encode(), reader)
    assert both.rows[0].asked[Column.NUMBER] == NUMBER


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        (("", NAME, ""), "row_number_missing", "A2"),
        ((NUMBER, "", ""), "row_holder_missing", "B2"),
        ((NUMBER, "=A1", ""), "cell_formula", "B2"),
        ((NUMBER, NAME, 120101199003076636), "cell_not_text", "C2"),
        ((NUMBER, NAME, "1.20101E+17"), "cell_not_text", "C2"),
        ((NUMBER, "长" * 201, ""), "cell_too_long", "B2"),
    ],
)
def test_a_row_that_cannot_be_asked_about_names_its_cell(
    row: tuple[object, ...], code: str, cell: str, reader: Child
) -> None:
    (read_row,) = read(workbook([HEADINGS, row]), reader).rows
    assert read_row.fault is not None
    assert (read_row.fault.code, read_row.fault.cell) == (code, cell)


@pytest.mark.parametrize(
    ("line", "cell", "limit"),
    [
        (f"{NUMBER},{'长' * 1_700_000},,", "B3", "200"),
        (f"{NUMBER},{NAME},,{'长' * 1_700_000}", "D3", "32767"),
    ],
)
def test_a_cell_of_megabytes_of_a_text_file_is_named_and_the_other_rows_are_asked_about(
    line: str, cell: str, limit: str, reader: Child
) -> None:
    text = csv_text([(*HEADINGS, "备注"), (*ROW, "")]) + line + "\r\n" + csv_text([(*ROW, "")])
    rows = read(text.encode(), reader, "名单.csv").rows
    assert [row.row for row in rows if row.fault is None] == [2, 4]
    fault = rows[1].fault
    assert fault is not None
    assert (fault.code, fault.cell) == ("cell_too_long", cell)
    assert limit in fault.text.zh and limit in fault.text.en
    assert max(len(text) for text in rows[1].texts.values()) <= 32767


def test_a_quotation_mark_that_never_ends_names_the_row_it_is_in(reader: Child) -> None:
    text = csv_text([HEADINGS, ROW]) + f'{NUMBER},"{NAME},\r\n' + csv_text([ROW] * 9000)
    refused = refusal(text.encode(), reader)
    assert refused.code == "bulk_quoting_broken"
    assert "第 3 行" in refused.text.zh


@pytest.mark.parametrize(
    ("rows", "code", "told"),
    [
        ([("部门", "姓名"), ("甲", NAME)], "bulk_no_header", "前 10 行"),
        ([("证书编号", "部门"), (NUMBER, "甲")], "bulk_holder_column_missing", "第 1 行"),
        ([("证书编号", "证书号", "姓名"), ROW], "bulk_column_repeated", "A1、B1"),
        ([HEADINGS], "bulk_no_rows", "第 1 行"),
    ],
)
def test_a_list_that_cannot_be_checked_says_where_and_why(
    rows: list[tuple[str, ...]], code: str, told: str, reader: Child
) -> None:
    refused = refusal(workbook(rows), reader)
    assert refused.code == code
    assert refused.text.zh.startswith("名单.xlsx：")
    assert told in refused.text.zh


def test_a_workbook_with_lists_on_two_sheets_is_refused_by_their_names(reader: Child) -> None:
    other = [HEADINGS, (NUMBER, "张建业", "")]
    refused = refusal(sheets(保卫部=[HEADINGS, ROW], 说明=[("部门", "人数")], 后勤部=other), reader)
    assert refused.code == "bulk_several_lists"
    assert "“保卫部”、“后勤部”" in refused.text.zh and "说明" not in refused.text.zh
    long = sheets(保卫部=[HEADINGS, ROW], 后勤部=[*other, *[ROW] * (MAX_BULK_ROWS + 100)])
    assert refusal(long, reader).code == "bulk_several_lists"  # not read, and not passed over


def test_sheets_that_hold_no_list_are_named_and_blank_ones_are_not(reader: Child) -> None:
    lists = {"名单": [HEADINGS, ROW], "Sheet2": [], "续": [ROW], "空表": [HEADINGS]}
    table = read(sheets(首页=[("一",)], 空=[], **lists, 填表说明=[("一",)]), reader)
    assert (table.sheet, table.other_sheets) == ("名单", ("首页", "续", "空表"))
    assert read(workbook([HEADINGS, ROW]), reader).other_sheets == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bulk_empty"),
        (b" " * (MAX_BULK_BYTES + 1), "bulk_too_large"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "bulk_is_xls"),
        (b"%PDF-1.7", "bulk_is_other"),
        (b"\x00\x01\x02", "bulk_is_other"),
        (workbook([HEADINGS, ROW])[:-200], "bulk_damaged"),
        ("证书编号,姓名\n".encode() + b"\xff\xfe\xff", "bulk_undecodable"),
        ('证书编号,姓名\n"a" b,c\n'.encode(), "bulk_quoting_broken"),
        ('证书编号,姓名\na,"'.encode() + b"b" * 200_000, "bulk_quoting_broken"),
        (f"证书编号,姓名\na,b{',' * MAX_COLUMNS}c\n".encode(), "bulk_too_wide"),
        ("证书编号,姓名\n".encode() + b"\n" * (1 << 20) + b"a,b\n", "bulk_too_many_rows"),
    ],
)
def test_what_is_no_list_is_refused_by_what_it_is(data: bytes, code: str, reader: Child) -> None:
    assert refusal(data, reader).code == code


def test_a_cell_of_any_length_is_named_and_blank_cells_far_out_are_let_be(reader: Child) -> None:
    rows = [HEADINGS, (NUMBER, "长" * 200_000, ""), (*ROW, *[""] * MAX_COLUMNS)]
    long, blank = read(csv_text(rows).encode(), reader).rows
    assert long.fault is not None
    assert (long.fault.code, long.fault.cell) == ("cell_too_long", "B2")
    assert (blank.fault, blank.asked[Column.NAME]) == (None, NAME)


def test_ten_thousand_rows_are_read_and_one_more_is_refused(reader: Child) -> None:
    most = csv_text([HEADINGS, *[ROW] * MAX_BULK_ROWS])
    assert len(read(most.encode(), reader).rows) == MAX_BULK_ROWS
    assert refusal((most + csv_text([ROW])).encode(), reader).code == "bulk_too_many_rows"


def test_a_workbook_far_too_long_is_refused_before_its_rows_are_handed_back(reader: Child) -> None:
    rows = [HEADINGS, *[()] * (MAX_BULK_ROWS + 200), ROW]
    assert refusal(workbook(rows), reader).code == "bulk_too_many_rows"
