"""What is suspended or revoked is written out for nobody and printed on no stock."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from codes.levels import Level
from issuer.copy_run import export_again
from issuer.desk import Desk
from issuer.stock import StockRun, print_stock
from keys.algorithms import Algorithm
from registry.home import Home
from registry.session import transaction
from templates.fonts import FontChain
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people

NUMBER = f"{PREFIX}263000001"
SECOND = f"{PREFIX}263000002"


@pytest.mark.parametrize("status", ["suspended", "revoked"])
def test_what_is_not_in_force_is_not_written_out_nor_printed(
    home: Home, tmp_path: Path, status: str
) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    with desk_at(home) as desk:
        issue(desk, write_people(tmp_path / "in", people(Level.THREE, 2)), tmp_path / "out")
        check_left_out(desk, tmp_path, status)


def check_left_out(desk: Desk, tmp_path: Path, status: str) -> None:
    """Assert that the first award, given this status, is on no page and no list."""
    with transaction(desk.engine) as session:
        session.execute(text("UPDATE awards SET status = :s WHERE id = 1"), {"s": status})
    out = tmp_path / "all"
    again = export_again(desk, "一", out=out, fonts=FontChain(), progress=lambda *_: None)
    assert [number for number, _ in again.files] == [SECOND]
    assert [(one.why, one.numbers) for one in again.left_out] == [(status, (NUMBER,))]
    assert not list(out.glob(f"{NUMBER}*"))
    with zipfile.ZipFile(out / "一-印制清单.xlsx") as orders:
        listed = b"".join(orders.read(name) for name in orders.namelist())
    assert SECOND.encode() in listed
    assert NUMBER.encode() not in listed

    run = StockRun(batch="一", out=tmp_path / "stock.pdf")
    assert print_stock(desk, run, FontChain(), lambda _: None) == 1
