"""The desks of a demo: everybody signs in as the terminal says, there and nowhere else."""

from __future__ import annotations

import json
import signal
import socket
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from accounts.roles import Role
from codes.wording import Text
from issuer.body_settings import Step, setting_history, settings_of
from issuer.columns import Column
from issuer.demo import PREFIX, Demo
from issuer.demo_desks import (
    NO_NOTICE,
    DesksStart,
    desks_address,
    desks_beside,
    people_json,
    people_of,
    people_told,
)
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.roster import open_workbook_child, parse_roster
from issuer.sample import TRIAL_PHOTOS_NAME, TRIAL_ROSTER_NAME, write_trial
from issuer.sample_people import sample_people
from registry.account_models import AccountRow
from registry.desk_database import open_desks
from registry.filing_models import FilingApplication
from registry.home import Home
from registry.session import database, reading, transaction
from tests.accounts.desk_app import DeskClient
from tests.accounts.sign_in_ways import app_code
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import filed_home
from wsgi import cli, create_private_app, create_public_app


def folder_of(path: Path, *, demo: bool = True) -> Demo:
    """Lay a folder out as a demo's."""
    path.mkdir()
    place = Demo(folder=path)
    place.passphrase_file.write_bytes(PASSPHRASE)
    Home.create(place.home, demo=demo, passphrase=PASSPHRASE, now=NOW, environment={})
    return place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A demo whose body is filed."""
    place = folder_of(tmp_path_factory.mktemp("demo") / "demo")
    filed_home(Home.open(place.home, environment={}))
    return place


def test_everybody_signs_in_as_told_also_after_changing_what_was_told(place: Demo) -> None:
    first = people_of(place)
    assert set(first.usernames) == set(Role)
    home = Home.open(place.home, environment={})
    desks = open_desks(home)
    with transaction(desks) as session:
        session.execute(update(AccountRow).values(password=None, totp_secret=None, active=False))
    desks.dispose()
    told = people_of(place)
    assert (told.password, told.app_key) == (first.password, first.app_key)
    app = create_private_app(home, PASSPHRASE)
    for username in (told.usernames[Role.APPROVER], told.seconds[Role.POLICE]):
        browser = DeskClient(app, app.response_class)
        typed = {"username": username, "password": told.password}
        assert browser.post("/sign-in", data=typed).location == "/sign-in/factor"
        answer = browser.post(
            "/sign-in/factor", data={"code": app_code(told.app_key, datetime.now(UTC))}
        )
        assert (answer.status_code, answer.location) == (303, "/")


def test_all_that_is_needed_to_sign_in_is_told(place: Demo) -> None:
    people, url = people_of(place), desks_address(8001)
    told = people_told(people, url, "yanzhen demo --people")
    for text in (told.zh, told.en):
        for needed in (
            url,
            people.password,
            people.code,
            people.app_key,
            *people.usernames.values(),
            *people.seconds.values(),
        ):
            assert needed in text
    assert people_json(people, url)["code"] == people.code


def test_a_newcomer_needs_to_wait_for_no_notice_and_has_a_second_person(tmp_path: Path) -> None:
    place = folder_of(tmp_path / "demo")
    home = Home.open(place.home, environment={})
    filed_home(home, skipped=())
    for _ in range(2):  # started again, nothing is settled again
        people = people_of(place)
    needed = {Role.AUTHORITY_DIRECTOR, Role.APPROVER, Role.BODY_CLERK, Role.POLICE}
    assert set(people.seconds) == needed
    desks = open_desks(home)
    with reading(desks) as session:
        settings = settings_of(session, PREFIX)
        assert len(setting_history(session, PREFIX)) == 1
    desks.dispose()
    assert set(settings) == {Step.NOTICE.setting}
    assert settings[Step.NOTICE.setting].ground == NO_NOTICE


def test_the_roster_of_a_trial_is_of_people_without_a_certificate(tmp_path: Path) -> None:
    write_trial(tmp_path)
    with open_workbook_child() as child:
        table = parse_roster((tmp_path / TRIAL_ROSTER_NAME).read_bytes(), "试办.xlsx", child)
    numbers = {row.text(Column.DOCUMENT_NUMBER) for row in table.rows}
    assert len(numbers) == 3
    assert numbers.isdisjoint({one.document_number for one in sample_people()})
    with zipfile.ZipFile(tmp_path / TRIAL_PHOTOS_NAME) as photos:
        assert {name.removesuffix(".jpg") for name in photos.namelist()} == numbers


def test_who_asks_for_the_people_is_told_the_port_of_the_demo(
    place: Demo,
) -> None:
    told = CliRunner()
    ask = ["demo", "--people", "--json", "--dir", str(place.folder)]
    assert json.loads(told.invoke(cli, ask).output)["desks"] == desks_address(8001)
    place.keep_port(9000)
    assert json.loads(told.invoke(cli, ask).output)["desks"] == desks_address(9001)
    told_port = told.invoke(cli, [*ask, "--port", "7000"])
    assert json.loads(told_port.output)["desks"] == desks_address(7001)


def test_a_demo_says_what_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise IssuerError("demo_refused", Text("名册不能用", "the roster is no good"))

    monkeypatch.setattr("issuer.demo.issue_demo", refuse)
    begun = ["demo", "--once", "--dir", str(tmp_path)]
    assert "准备数据目录" in CliRunner().invoke(cli, begun).stderr
    assert "准备" not in CliRunner().invoke(cli, [*begun, "--json"]).stderr


def test_a_demo_begun_in_the_background_hears_ctrl_c(place: Demo) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell begins what ends in &
    try:
        CliRunner().invoke(cli, ["demo", "--people", "--dir", str(place.folder)])
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_applications_are_at_the_authoritys_desk_of_a_demo(place: Demo) -> None:
    home = Home.open(place.home, environment={})
    for _ in range(2):  # started again, there are no more
        people_of(place, with_work=True)
    with database(home.database_url) as engine, reading(engine) as session:
        found = session.scalars(select(FilingApplication)).all()
        assert [(one.state, len(one.forms[0].materials)) for one in found] == [
            ("on_notice", 3),
            ("on_notice", 3),
            ("received", 3),
        ]
        assert found[2].decisions[0].decider == "赵经办"
        running, over = (one.notices[0].last_day for one in found[:2])
        assert over < shanghai_day(datetime.now(UTC)) < running
    public = create_public_app(home)
    page = public.test_client().get("/notices").text
    public.extensions["yanzhen_verifier"].close()
    assert found[0].name in page and f"/notices/{found[0].id}/object" in page


def test_the_desks_of_a_demo_are_told_once_they_answer(place: Demo) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with desks_beside(
        place, public_url="http://127.0.0.1:1", port=port, patience_seconds=600
    ) as answering:
        with pytest.raises(URLError):
            urlopen(f"http://127.0.0.1:{port}/sign-in")
        assert answering() is DesksStart.ANSWER
        page = urlopen(f"http://127.0.0.1:{port}/sign-in/factor").read().decode()
        assert "sign-in" in page
    with desks_beside(
        place, public_url="http://127.0.0.1:1", port=port, patience_seconds=0
    ) as answering:
        assert answering() is DesksStart.SLOW
    (broken := Demo(folder=place.folder / "none")).folder.mkdir()
    broken.passphrase_file.write_bytes(PASSPHRASE)
    with desks_beside(broken, public_url="http://127.0.0.1:1", port=port) as answering:
        assert answering() is DesksStart.ENDED  # there is no home: the desks end


def test_the_second_factor_of_a_demo_says_where_its_code_stands(place: Demo) -> None:
    people = people_of(place)
    app = create_private_app(Home.open(place.home, environment={}), PASSPHRASE)
    browser = DeskClient(app, app.response_class)
    typed = {"username": people.usernames[Role.POLICE], "password": people.password}
    browser.post("/sign-in", data=typed)
    assert "再看一次" in browser.get("/sign-in/factor").text


def test_no_other_home_gets_people_whose_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(IssuerError) as caught:
        people_of(folder_of(tmp_path / "real", demo=False))
    assert caught.value.code == "demo_only"
