"""Rosters in text files: encodings, separators, quoting, size."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from issuer.columns import Column
from issuer.problems import RosterError
from issuer.roster import RosterTable, read_roster
from tests.issuer.roster_files import HEADINGS, csv_text, person

PEOPLE = [person(0, name="欧阳䶮"), person(1, name="阿卜杜拉·买买提")]


def read(folder: Path, data: bytes) -> RosterTable:
    (folder / "r.csv").write_bytes(data)
    return read_roster(folder / "r.csv")


def refusal(folder: Path, data: bytes) -> RosterError:
    with pytest.raises(RosterError) as caught:
        read(folder, data)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "notices"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("gb18030", ["roster_encoding"]),
        ("utf-16", ["roster_encoding"]),
    ],
)
def test_each_usual_encoding_is_read_and_an_old_one_told(
    tmp_path: Path, encoding: str, notices: list[str]
) -> None:
    table = read(tmp_path, csv_text(PEOPLE).encode(encoding))
    assert [row.text(Column.NAME) for row in table.rows] == ["欧阳䶮", "阿卜杜拉·买买提"]
    assert [notice.code for notice in table.notices] == notices


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，"])
def test_each_usual_separator_is_recognised(tmp_path: Path, delimiter: str) -> None:
    table = read(tmp_path, csv_text(PEOPLE, delimiter=delimiter).encode())
    assert [row.row for row in table.rows] == [2, 3]
    assert table.rows[0].cells == {k: v for k, v in PEOPLE[0].items() if v}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_bytes_of_no_encoding_are_named_by_row(tmp_path: Path, encoding: str) -> None:
    lines = csv_text([person(i) for i in range(5)]).encode(encoding).split(b"\r\n")
    lines[3] = b"\xff" + lines[3]
    error = refusal(tmp_path, b"\r\n".join(lines))
    assert error.code == "roster_undecodable"
    assert error.problems[0].row == 4


def test_characters_of_four_bytes_are_not_taken_for_those_of_two(tmp_path: Path) -> None:
    data = b"\xff\xfe\x00\x00" + csv_text(PEOPLE).encode("utf-32-le")
    assert refusal(tmp_path, data).code == refusal(tmp_path, b"\x00" * 40).code


def test_a_formula_in_a_text_file_is_a_formula(tmp_path: Path) -> None:
    data = csv_text([person(0, document_number='="120101"')]).encode()
    table = read(tmp_path, data)
    assert [(p.cell, p.code) for p in table.problems] == [("C2", "cell_formula")]


def test_a_number_in_scientific_notation_has_lost_digits(tmp_path: Path) -> None:
    table = read(tmp_path, csv_text([person(0, document_number="1.20101E+17")]).encode())
    assert [(p.cell, p.code) for p in table.problems] == [("C2", "cell_digits_lost")]


def test_quotation_marks_that_do_not_pair_are_named_by_row(tmp_path: Path) -> None:
    data = csv_text([person(0), person(1)]).encode() + '"王晓,x,y\r\n'.encode()
    error = refusal(tmp_path, data)
    assert error.code == "roster_quoting_broken"
    assert error.problems[0].row == 4


def test_a_line_break_inside_quotation_marks_does_not_shift_rows(tmp_path: Path) -> None:
    table = read(tmp_path, csv_text([person(0, specialty="甲\n乙"), person(1)]).encode())
    assert [row.row for row in table.rows] == [2, 3]


def test_a_very_long_cell_is_named(tmp_path: Path) -> None:
    table = read(tmp_path, csv_text([person(0, name="王" * 1000)]).encode())
    assert [(p.cell, p.code) for p in table.problems] == [("A2", "cell_too_long")]


def test_a_text_without_header_says_what_the_header_should_be(tmp_path: Path) -> None:
    error = refusal(tmp_path, b"hello\nworld\n")
    assert error.code == "roster_no_header"
    assert all(heading in error.text.zh for heading in ("姓名", "证件号码", "级别"))


def test_fifty_thousand_rows_are_read_in_seconds(tmp_path: Path) -> None:
    line = csv_text([person(0)]).splitlines()[1]
    data = (",".join(HEADINGS) + "\r\n" + (line + "\r\n") * 50_000).encode()
    started = time.monotonic()
    table = read(tmp_path, data)
    assert len(table.rows) == 50_000
    assert time.monotonic() - started < 15


def test_more_than_the_stated_number_of_people_is_refused(tmp_path: Path) -> None:
    line = csv_text([person(0)]).splitlines()[1]
    data = (",".join(HEADINGS) + "\r\n" + (line + "\r\n") * 100_001).encode()
    assert refusal(tmp_path, data).code == "roster_too_many_rows"
