"""Issuing: numbers in order, nothing lost, nothing twice, nothing unless every row passes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from codes.levels import Level
from codes.qr_text import QrTextError, decode_qr_text
from codes.record import decode_record
from issuer.errors import IssuerError
from issuer.faces import face_of
from issuer.issuing import Phase
from issuer.opening import announce_host, open_desk
from issuer.photos import PhotoFolder
from issuer.publishing import parse_public_url
from issuer.roster import read_roster
from issuer.run import IssueRun, issue_and_report, workbook_name
from keys.algorithms import Algorithm
from keys.errors import KeysError
from registry.errors import VaultError
from registry.home import Home
from registry.models import Award, Copy
from registry.session import reading
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people
from tests.issuer.seal_homes import seal_body


@pytest.fixture(params=list(Algorithm))
def filed(any_home: Home, request: pytest.FixtureRequest) -> Home:
    file_body(any_home, algorithm=request.param)
    return any_home


@pytest.fixture
def filed_home(home: Home) -> Home:
    file_body(home, algorithm=Algorithm.ES256)
    return home


def test_a_roster_becomes_numbered_certificates_in_roster_order(
    filed: Home, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 3) + people(Level.ONE, 1)
    roster = write_people(tmp_path / "in", persons)
    with desk_at(filed) as desk:
        outcome = issue(desk, roster, tmp_path / "out")
        assert [result.number for result in outcome.reserved] == [
            f"{PREFIX}263000001",
            f"{PREFIX}263000002",
            f"{PREFIX}263000003",
            f"{PREFIX}261000001",
        ]
        for (number, path), person in zip(
            outcome.files, sorted(persons, key=lambda p: p.level), strict=True
        ):
            assert path.name == f"{number}-{person.name}.pdf"
            assert path.read_bytes().startswith(b"%PDF-")
        with reading(desk.engine) as session:
            for copy in session.scalars(select(Copy)):
                reading_ = decode_qr_text(face_of(desk, copy).qr_text)
                record = decode_record(reading_.payload)
                assert str(record.number) == copy.award.number
                assert reading_.host == "yz.example.cn"


def test_running_a_batch_again_changes_nothing(filed_home: Home, tmp_path: Path) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 3))
    with desk_at(filed_home) as desk:
        first = issue(desk, roster, tmp_path / "out")
        contents = {path: path.read_bytes() for _, path in first.files}
        second = issue(desk, roster, tmp_path / "out")
    assert second.reserved == ()
    assert [row.number for row in second.report.done] == [r.number for r in first.reserved]
    assert {path: path.read_bytes() for _, path in second.files} == contents


def test_running_a_batch_again_with_more_rows_issues_only_those(
    filed_home: Home, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 3)
    with desk_at(filed_home) as desk:
        issue(desk, write_people(tmp_path / "a", persons[:1]), tmp_path / "out")
        more = issue(desk, write_people(tmp_path / "b", persons), tmp_path / "out")
    assert [(r.row, r.number[-6:]) for r in more.reserved] == [(3, "000002"), (4, "000003")]
    assert len(more.files) == 3


def test_one_bad_row_stops_the_whole_batch(filed_home: Home, tmp_path: Path) -> None:
    roster = write_people(
        tmp_path / "in", people(Level.THREE, 3), DOCUMENT_NUMBER="120101199001011230"
    )
    with desk_at(filed_home) as desk:
        outcome = issue(desk, roster, tmp_path / "out")
        assert outcome.reserved == () and outcome.files == ()
        assert {problem.row for problem in outcome.report.problems} == {2}
        with reading(desk.engine) as session:
            assert session.scalar(select(Award.id)) is None


def test_skip_bad_issues_the_good_rows_without_a_gap(filed_home: Home, tmp_path: Path) -> None:
    roster = write_people(
        tmp_path / "in", people(Level.THREE, 3), DOCUMENT_NUMBER="120101199001011230"
    )
    with desk_at(filed_home) as desk:
        outcome = issue(desk, roster, tmp_path / "out", skip_bad=True)
    assert [(r.row, r.number[-6:]) for r in outcome.reserved] == [(3, "000001"), (4, "000002")]


def test_a_holder_of_a_live_award_is_refused_with_its_number(
    filed_home: Home, tmp_path: Path
) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with desk_at(filed_home) as desk:
        first = issue(desk, roster, tmp_path / "out", batch="一")
        second = issue(desk, roster, tmp_path / "out2", batch="二")
    assert second.reserved == ()
    assert first.reserved[0].number in second.report.problems[0].text.zh


def test_a_changed_row_of_an_issued_batch_is_refused(filed_home: Home, tmp_path: Path) -> None:
    persons = people(Level.THREE, 1)
    with desk_at(filed_home) as desk:
        first = issue(desk, write_people(tmp_path / "a", persons), tmp_path / "out")
        changed = write_people(tmp_path / "b", persons, NAME="王小晨")
        second = issue(desk, changed, tmp_path / "out")
    assert second.reserved == ()
    assert first.reserved[0].number in second.report.problems[0].text.zh


def test_the_year_is_the_shanghai_year(filed_home: Home, tmp_path: Path) -> None:
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with desk_at(filed_home, clock=lambda: new_year) as desk:
        outcome = issue(desk, roster, tmp_path / "out")
    assert outcome.reserved[0].number == f"{PREFIX}273000001"


def test_nothing_that_names_a_person_is_stored_in_clear(filed_home: Home, tmp_path: Path) -> None:
    person = people(Level.THREE, 1)[0]
    with desk_at(filed_home) as desk:
        issue(desk, write_people(tmp_path / "in", [person]), tmp_path / "out")
    stored = b"".join(path.read_bytes() for path in filed_home.path.rglob("*") if path.is_file())
    assert person.name.encode() not in stored
    assert person.document_number.encode() not in stored


def test_a_real_run_in_a_demo_home_is_refused(filed_home: Home) -> None:
    with (
        pytest.raises(IssuerError, match="demo_home"),
        open_desk(
            filed_home,
            prefix=PREFIX,
            passphrase=PASSPHRASE,
            public_url="https://yz.example.cn",
            sample=False,
            clock=lambda: datetime.now(UTC),
        ),
    ):
        raise AssertionError("opened")


def test_a_demo_key_signs_nothing_in_a_real_home(filed_home: Home, tmp_path: Path) -> None:
    seal_body(filed_home)
    marker = filed_home.path / "home.json"
    marker.write_text(marker.read_text(encoding="utf-8").replace("true", "false"), encoding="utf-8")
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with (
        open_desk(
            Home.open(filed_home.path, environment={}),
            prefix=PREFIX,
            passphrase=PASSPHRASE,
            public_url="https://yz.example.cn",
            sample=False,
            clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
        ) as desk,
        pytest.raises(IssuerError, match="demo_key"),
    ):
        announce_host(desk, "https://yz.example.cn", another=False)
        issue(desk, roster, tmp_path / "out")


def test_a_wrong_passphrase_opens_nothing(filed_home: Home) -> None:
    with (
        pytest.raises((VaultError, KeysError), match="passphrase_wrong"),
        open_desk(
            filed_home,
            prefix=PREFIX,
            passphrase=b"not the passphrase",
            public_url="https://yz.example.cn",
            sample=True,
            clock=lambda: datetime.now(UTC),
        ),
    ):
        raise AssertionError("opened")


def test_another_public_host_must_be_confirmed(filed_home: Home) -> None:
    with desk_at(filed_home) as desk:
        assert not announce_host(desk, "https://yz.example.cn", another=False)
        with pytest.raises(IssuerError, match="public_host_new"):
            announce_host(desk, "https://yz.exampel.cn", another=False)
        assert announce_host(desk, "https://new.example.cn", another=True)


@pytest.mark.parametrize(
    "url",
    [
        "yz.example.cn",
        "http://yz.example.cn",
        "https://",
        "https://yz.example.cn/?a=1",
        "https://yz.example.cn/#x",
        "https://yz.example.cn/path",
        "https://user@yz.example.cn",
        "https://yz.example.cn:port",
        "https://验真.cn",
        "https://a..b/",
        f"https://{'a' * 64}.cn",
    ],
)
def test_an_address_that_cannot_be_printed_is_refused(url: str) -> None:
    with pytest.raises(IssuerError, match="public_url_wrong"):
        parse_public_url(url, demo=False)


@pytest.mark.parametrize(
    ("url", "host", "prefix"),
    [
        ("https://YZ.example.cn/", "yz.example.cn", "https://yz.example.cn/q#"),
        ("https://yz.example.cn:443", "yz.example.cn", "https://yz.example.cn/q#"),
        ("https://yz.example.cn:8443", "yz.example.cn:8443", "https://yz.example.cn:8443/q#"),
    ],
)
def test_the_printed_address_is_written_as_a_browser_reads_it(
    url: str, host: str, prefix: str
) -> None:
    assert parse_public_url(url, demo=False) == (host, prefix)
    assert host_read_from(prefix) == host


def host_read_from(prefix: str) -> str | None:
    """Return the host the QR reader sees in an address that lost its fragment."""
    with pytest.raises(QrTextError, match="qr_no_fragment") as caught:
        decode_qr_text(prefix)
    return caught.value.evidence.get("host")


def test_no_number_is_spent_where_no_key_can_sign_it(filed_home: Home, tmp_path: Path) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    before_the_key = datetime(2023, 12, 31, tzinfo=UTC)
    seal_body(filed_home, now=before_the_key)
    with desk_at(filed_home, clock=lambda: before_the_key) as desk:
        with pytest.raises(IssuerError, match="no_active_key") as caught:
            issue(desk, roster, tmp_path / "out")
        assert "--from 2023-12-31" in caught.value.text.en
        with reading(desk.engine) as session:
            assert session.scalar(select(Award.id)) is None


def test_a_row_another_run_of_the_batch_issued_meanwhile_is_done(
    filed_home: Home, tmp_path: Path
) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    table = read_roster(roster)
    run = IssueRun(roster=roster, prefix=PREFIX, batch="一", out=tmp_path / "out", photos=None)
    with desk_at(filed_home) as desk, PhotoFolder(roster.parent / "photos") as photos:

        def meanwhile(phase: Phase, done: int, total: int) -> None:
            if phase is Phase.LINT and done == total:
                issue(desk, roster, tmp_path / "other")

        summary = issue_and_report(run, desk, table, photos, skip_bad=False, progress=meanwhile)
    assert summary.as_dict()["counts"]["done_before"] == 1
    assert not summary.refused


@pytest.mark.parametrize(("one", "other"), [("x/y", "x_y"), ("a b", "a_b"), (".a", "a")])
def test_two_batches_never_share_a_result_workbook(one: str, other: str) -> None:
    roster = Path("r.xlsx")
    assert workbook_name(one, roster) != workbook_name(other, roster)
    assert workbook_name(one, roster) != workbook_name(one, Path("s.xlsx"))
    assert "/" not in workbook_name(one, roster)
