"""A case opened on a tip from the public: each names the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.verifier.police_homes import OTHER, PoliceHome, open_police_home
from wsgi import create_public_app

TIP = {"kind": "forged", "sender": "", "subject": "S000012000123263000011", "text": "有人卖假证"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home to which a tip was sent; an officer has it."""
    with open_police_home(tmp_path_factory.mktemp("police-tips")) as made:
        public = create_public_app(made.home)
        assert public.test_client().post("/complaints", data=TIP).status_code == 200
        assert made.post("/complaints/take-in")[0] == 303
        assert made.post("/complaints/1/assign", held="")[0] == 303
        yield made


def test_a_case_is_opened_on_a_tip_and_each_names_the_other(desk: PoliceHome) -> None:
    before = desk.page("/complaints/1")
    assert "据此登记案件" not in before  # it is to be read first
    status, _, body = desk.post("/complaints/1/read")
    assert status == 200
    assert 'href="/police/cases/new?tip=1"' in body.decode()
    form = desk.page("/police/cases/new?tip=1")
    assert 'name="tip" value="1"' in form and "据第 1 件投诉举报" in form
    refused = desk.post("/police/cases/new", reference="", about="假证", tip="1")[2].decode()
    assert 'name="tip" value="1"' in refused
    status, at, _ = desk.post("/police/cases/new", reference="戊1", about="假证", tip="1")
    assert status == 303
    page = desk.page(at)
    assert 'href="/complaints/1"' in page and "据第 1 件投诉举报登记" in page
    assert "据以登记的投诉举报编号" in desk.page(f"{at}/custody")
    told = desk.page("/complaints/1")
    assert f'href="{at}"' in told and "戊1" in told
    assert f'href="{at}"' in desk.page("/complaints/1", OTHER)


@pytest.mark.parametrize("tip", ["2", "x", "1' or 1", "99999999999999999999"])
def test_what_is_no_tip_of_the_police_is_set_aside(desk: PoliceHome, tip: str) -> None:
    assert 'name="tip"' not in desk.page(f"/police/cases/new?tip={tip}")
