"""The certificate desk: what is found, what is shown, and who may see it."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from issuer.certificate_reading import OPEN_FOR
from issuer.console import certificates
from issuer.filing_acts import Decision
from issuer.root_custody import open_root_keys
from issuer.site_acts import SiteAct, SiteActKind, carry_out
from issuer.status_publishing import publish_behind, status_office_of
from registry.home import Home
from registry.models import Body
from registry.session import database, reading, transaction
from registry.trail import TrailFilter, find_entries
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.console.certificate_desk import (
    APPROVER,
    AUTHORITY,
    CLERK,
    FOREIGN,
    desks_of,
    open_full,
    page,
    row_of,
)
from tests.issuer.desks import PREFIX, desk_at
from tests.issuer.lives import NUMBER, PERSON, SECOND, issue_two

SWAPPED = 500


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two certificates."""
    folder = tmp_path_factory.mktemp("desk")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    issue_two(home, folder)
    with desk_at(home) as desk:
        publish_behind(status_office_of(desk))
    return home


@pytest.fixture(scope="module")
def app(office: Home) -> Flask:
    """Its desks."""
    return desks_of(office)


def acts_noted(home: Home, act: str) -> list[tuple[str, str, str]]:
    """Who did something, to what and why, as the trail tells it."""
    with database(home.database_url) as engine, reading(engine) as session:
        entries = find_entries(session, TrailFilter(act=act), limit=100)
        return [(entry.actor, entry.subject, entry.ground) for entry in entries]


def test_the_list_shows_masks_and_no_name(app: Flask) -> None:
    text = page(app, CLERK, "/certificates/")
    assert NUMBER in text and SECOND in text
    assert PERSON.name not in text
    assert f"{PERSON.name[0]}＊" in text


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("?level=3&status=current", {NUMBER, SECOND}),
        ("?level=1", set()),
        ("?status=revoked", set()),
        ("?batch=%E4%B8%80&since=2026-11-23&until=2026-11-23", {NUMBER, SECOND}),
        ("?until=2026-11-22", set()),
        ("?after=2026-11-23.2", {NUMBER}),
        ("?after=nonsense", {NUMBER, SECOND}),
    ],
)
def test_the_list_filters_and_pages(app: Flask, address: str, found: set[str]) -> None:
    text = page(app, CLERK, f"/certificates/{address}")
    assert {number for number in (NUMBER, SECOND) if number in text} == found


def test_the_list_says_how_many_there_are_as_far_as_it_is_counted(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "共 2 条<" in page(app, CLERK, "/certificates/?size=20&after=2026-11-23.2")
    assert "共 2 条<" in page(app, CLERK, "/certificates/?status=current")
    monkeypatch.setattr(certificates, "_COUNTED", 1)
    text = page(app, CLERK, "/certificates/")
    assert "共 1 条以上" in text and "共 2 条" not in text


def test_the_authority_chooses_a_body_first(app: Flask) -> None:
    assert NUMBER not in page(app, AUTHORITY, "/certificates/")
    assert NUMBER in page(app, AUTHORITY, f"/certificates/?body={PREFIX}")


@pytest.mark.parametrize(
    "asked",
    [
        {"number": NUMBER},
        {"number": NUMBER[13:]},
        {"document": PERSON.document_number},
        {"document": f" {PERSON.document_number.lower()} "},
        {"name": PERSON.name},
        {"name": PERSON.name, "document": PERSON.document_number, "number": NUMBER[:15]},
    ],
)
def test_one_certificate_is_found_and_nothing_personal_gets_into_an_address(
    app: Flask, office: Home, asked: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), working_as(app, CLERK) as client:
        answer = client.post("/certificates/find", data=asked)
    assert answer.location == f"/certificates/{row_of(office, NUMBER)}"
    assert PERSON.name not in caplog.text and PERSON.document_number not in caplog.text


def test_several_are_listed_and_what_cannot_be_asked_is_said(app: Flask) -> None:
    with working_as(app, CLERK) as client:
        both = client.post("/certificates/find", data={"number": f"{PREFIX}26"})
        assert both.status_code == 200 and NUMBER in both.text and SECOND in both.text
        for typed in ({}, {"number": "123X"}, {"number": f"{NUMBER}1"}):
            assert client.post("/certificates/find", data=typed).status_code == 422
        half = client.post("/certificates/find", data={"name": PERSON.name[:1]})
        assert "没有找到符合的证书" in half.text


def test_whoever_is_looked_for_by_person_is_noted_without_their_name(
    app: Flask, office: Home
) -> None:
    with working_as(app, CLERK) as client:
        client.post("/certificates/find", data={"name": PERSON.name})
    noted = acts_noted(office, "certificates.find")
    assert noted[0] == (CLERK.name, f"{PREFIX} {NUMBER}", "日常业务")
    assert PERSON.name not in str(noted) and PERSON.document_number not in str(noted)


def test_a_certificate_shows_its_proofs_checked_now(app: Flask, office: Home) -> None:
    text = page(app, CLERK, f"/certificates/{row_of(office, NUMBER)}")
    assert text.count("已在日志中证实") == 2
    assert "签名有效，未过期" in text
    assert PERSON.name not in text and PERSON.document_number not in text


def test_a_certificate_keeps_the_name_that_its_body_had_at_issue(app: Flask, office: Home) -> None:
    address = f"/certificates/{row_of(office, NUMBER)}"

    def rename(name: str) -> str:
        with database(office.database_url) as engine, transaction(engine) as session:
            body = session.scalars(select(Body)).one()
            former, body.name = body.name, name
        return former

    former = rename("津城样本人才评价有限公司（虚构）")
    try:
        printed = page(app, CLERK, address).partition("证面内容")[2].partition("</dl>")[0]
        assert former in printed and "人才评价有限公司" not in printed
    finally:
        rename(former)


def test_a_log_that_was_changed_proves_nothing(app: Flask, office: Home) -> None:
    checkpoint = office.log_folder / "checkpoint"
    kept = checkpoint.read_bytes()
    checkpoint.write_bytes(kept.replace(b"\n", b"\n9", 1))
    try:
        text = page(app, CLERK, f"/certificates/{row_of(office, NUMBER)}")
        assert "已在日志中证实" not in text and "未能核对" in text
    finally:
        checkpoint.write_bytes(kept)


@pytest.mark.parametrize(("day", "words"), [("2026-11-22", "尚未签发"), ("2026-11-23", "现行有效")])
def test_the_status_of_a_day_is_told(app: Flask, office: Home, day: str, words: str) -> None:
    text = page(app, CLERK, f"/certificates/{row_of(office, NUMBER)}?on={day}")
    assert "当日状态" in text and words in text


def test_full_data_ask_for_a_ground_that_is_noted_and_holds_a_quarter_of_an_hour(
    office: Home,
) -> None:
    now = [NOW]
    app, award_id = desks_of(office, lambda: now[0]), row_of(office, SECOND)
    with working_as(app, AUTHORITY) as client:
        address = f"/certificates/{award_id}"
        for ground in (" ", "查", "look"):
            refused = client.post(f"{address}/open", data={"ground": ground})
            assert refused.status_code == 422 and "请写明查看的具体事由" in refused.text
        assert client.get(f"{address}/photo").status_code == 404
        before = len(acts_noted(office, "certificates.read"))
        open_full(client, award_id, "核查投诉内容")
        noted = acts_noted(office, "certificates.read")[0]
        assert noted == (AUTHORITY.name, SECOND, "核查投诉内容")
        assert len(acts_noted(office, "certificates.read")) == before + 1
        assert 'id="open"' not in client.get(address).text
        assert client.get(f"{address}/photo").content_type == "image/jpeg"
        now[0] = NOW + OPEN_FOR - timedelta(seconds=1)
        assert "核查投诉内容" in client.get(address).text
        now[0] = NOW + OPEN_FOR
        assert "核查投诉内容" not in client.get(address).text
    with working_as(app, CLERK) as client:
        assert client.get(f"{address}/photo").status_code == 404


def test_a_document_number_is_no_ground(app: Flask, office: Home) -> None:
    with working_as(app, CLERK) as client:
        answer = client.post(
            f"/certificates/{row_of(office, NUMBER)}/open",
            data={"ground": f"核对{PERSON.document_number}"},
        )
    assert answer.status_code == 422
    assert PERSON.document_number not in str(acts_noted(office, "certificates.read"))


def test_opening_leads_back_into_the_desk_only(app: Flask, office: Home) -> None:
    award_id = row_of(office, NUMBER)
    for back, location in (
        ("/acts/7", "/acts/7"),
        ("https://example.com/acts/7", f"/certificates/{award_id}"),
        ("//example.com", f"/certificates/{award_id}"),
    ):
        with working_as(app, CLERK) as client:
            data = {"ground": "窗口核对本人", "back": back}
            answer = client.post(f"/certificates/{award_id}/open", data=data)
            assert answer.location == location


def test_a_page_is_handed_out_once_it_was_said_why(app: Flask, office: Home) -> None:
    award_id = row_of(office, NUMBER)
    address = f"/certificates/{award_id}/copies/{award_id}"
    with working_as(app, APPROVER) as client:
        assert client.post(address).status_code == 422
        open_full(client, award_id, "补打纸质证书")
        answer = client.post(address)
        assert answer.data.startswith(b"%PDF")
        assert client.post(f"/certificates/{award_id}/copies/999").status_code == 404
    assert acts_noted(office, "certificates.file")[0] == (APPROVER.name, NUMBER, "补打纸质证书")
    with working_as(app, AUTHORITY) as client:
        assert client.post(address).status_code == 403


def test_nobody_of_another_body_gets_anywhere_by_another_id(app: Flask, office: Home) -> None:
    chance = random.Random(6)
    ids = [row_of(office, NUMBER), row_of(office, SECOND)]
    addresses: list[tuple[str, str]] = [
        ("GET", "/certificates/{}"),
        ("GET", "/certificates/{}?on=2026-11-23"),
        ("POST", "/certificates/{}/open"),
        ("GET", "/certificates/{}/photo"),
        ("POST", "/certificates/{}/copies/{}"),
        *(("GET", f"/certificates/{{}}/acts/{code}") for code in ("correct", "revoke")),
        *(("POST", f"/certificates/{{}}/acts/{code}") for code in ("suspend", "reissue")),
    ]
    told: set[tuple[str, int]] = set()
    with working_as(app, FOREIGN) as client:
        for _ in range(SWAPPED):
            method, address = chance.choice(addresses)
            one = chance.choice([*ids, *ids, chance.randrange(10_000)])
            answer = client.open(
                address.format(one, one),
                method=method,
                data={"ground": "核查投诉内容", "step": "propose"},
            )
            told.add((method, answer.status_code))
        found = client.post("/certificates/find", data={"name": PERSON.name})
        assert "没有找到" in found.text
        assert NUMBER not in client.post(
            "/certificates/find", data={"number": NUMBER}
        ).text.replace(f'value="{NUMBER}"', "")
    assert told == {("GET", 404), ("POST", 404)}
    assert not any(actor == FOREIGN.name for actor, *_ in acts_noted(office, "certificates.read"))


def test_nobody_who_has_not_signed_in_is_shown_anything(app: Flask) -> None:
    with working_as(app, None) as client:
        for address in ("/certificates/", "/certificates/1", "/acts/", "/acts/1"):
            assert client.get(address).status_code == 401


def test_a_certificate_that_a_withdrawal_struck_says_so_beside_its_own_state(
    tmp_path: Path,
) -> None:
    home = Home.create(tmp_path / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    issue_two(home, tmp_path)
    app, award_id = desks_of(home), row_of(home, NUMBER)
    assert "公众核验不认可" not in page(app, CLERK, f"/certificates/{award_id}")

    day = NOW.date()
    decision = Decision(decider="赵经办", approver="钱负责", decided_on=day)
    act = SiteAct(kind=SiteActKind.WITHDRAW, prefix=PREFIX, day=day)
    with database(home.database_url) as engine, transaction(engine) as session:
        carry_out(session, home, act, decision, now=NOW, signers=open_root_keys(home, PASSPHRASE))

    text = page(app, CLERK, f"/certificates/{award_id}")
    assert "公众核验不认可这张证书" in text and "机构备案已撤销，自2026年11月23日起" in text
    with working_as(app, CLERK) as client:
        address = f"/certificates/{award_id}/acts/reissue"
        assert "公众核验不认可这张证书" in client.get(address).text
        sent = {"because": "lost", "reason": "遗失，本人申请补发", "reference": "补〔2026〕1号"}
        shown = client.post(address, data=sent).text
    assert "非备案机构签发，或超出备案范围" in shown and "核验一致，现行有效" not in shown
