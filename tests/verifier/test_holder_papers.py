"""What holders are handed, and what they read of a certificate that is not in force."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from accounts.spoken import spoken_day
from issuer.batch_handover import write_handover
from issuer.desk import shanghai_day
from issuer.root_custody import open_root_keys
from issuer.site_acts import SiteAct, SiteActKind, carry_out
from registry.holder_access import (
    CodePurpose,
    HolderClaim,
    HolderKeys,
    make_code,
)
from registry.public_database import open_public_engine, public_database_url
from registry.schema import open_registry
from registry.session import transaction
from tests.conftest import PASSPHRASE
from tests.issuer.desks import desk_at
from tests.issuer.lives import BATCH, NUMBER
from tests.issuer.procedures import decision
from tests.verifier.holders import Sides, open_sides


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with open_sides(tmp_path_factory.mktemp("holder")) as sides:
        yield sides


def test_the_hand_over_list_brings_a_slip_for_each_holder(sides: Sides) -> None:
    keys = HolderKeys(sides.home.pepper())
    engine = open_public_engine(public_database_url(sides.home))

    def codes(claims: Sequence[HolderClaim]) -> list[str]:
        with transaction(engine) as session:
            now = sides.public.extensions["yanzhen_verifier"].now()
            return [make_code(session, keys, one, CodePurpose.HANDOVER, now=now) for one in claims]

    with desk_at(sides.home) as desk:
        begun = desk.clock()
        book = write_handover(desk, BATCH, codes, public_url="https://yz.example.cn")
    engine.dispose()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(book))
    assert len(workbook.sheet_names) == 2
    rows = workbook.get_sheet_by_index(1).to_python()
    assert all("查看码" not in str(row[2]) for row in rows[1:])
    assert "（https://yz.example.cn）" in str(rows[1][3])
    good = {f"有效至{spoken_day(at + timedelta(days=30)).zh}，" for at in (begun, desk.clock())}
    assert any(said in str(rows[1][3]) for said in good)
    code = next(str(row[2]) for row in rows if row[1] == NUMBER)
    assert sides.enter(sides.browser(), code).status_code == 303


def test_a_holder_whose_certificate_is_not_in_force_is_told_why_and_what_to_do(
    tmp_path: Path,
) -> None:
    with open_sides(tmp_path) as sides:
        client, home = sides.arrived(), sides.home
        assert "您可以做什么" not in client.get("/holder").text
        now = sides.public.extensions["yanzhen_verifier"].now()
        act = SiteAct(kind=SiteActKind.ANNUL, prefix=NUMBER[:13])
        with (
            open_registry(home.database_url, memory=home.trail_memory) as engine,
            transaction(engine) as session,
        ):
            signers = open_root_keys(home, PASSPHRASE)
            carry_out(session, home, act, decision(shanghai_day(now)), now=now, signers=signers)
        page = client.get("/holder").text
    assert "您可以做什么" in page and NUMBER in page
    assert "超出" in page and f"/register?words={NUMBER[:13]}" in page and "/complaints" in page
