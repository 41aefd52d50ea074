"""An employer's list whose check is killed is checked all the same, and counted once."""

from __future__ import annotations

import io
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.employer_models import EmployerCheck
from registry.session import reading
from tests.verifier.bulk_lists import HEADINGS, csv_text
from tests.verifier.employer_desk import EmployerDesk, every_place_taken, open_employer_desk
from tests.verifier.world import NAME
from verifier.api.batches import JOBS_EXTENSION
from verifier.api_keys import ROWS_A_DAY
from verifier.budgets_gate import open_gate
from verifier.bulk_job import main as job
from verifier.bulk_jobs import EMPLOYER_LIMITS, MOST_RUNS, BulkJobs, JobLost, JobOrder
from verifier.bulk_place import ANSWER, LIST, RUNS, SPENT, JobPlace
from verifier.desks.employer_checks import collect_all
from verifier.desks.employers_room import open_jobs

BATCHES = "/api/v1/batches"
ROWS, UNKNOWN, ASKED = 2_000, 30, 600
WAIT_SECONDS = 120.0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmployerDesk]:
    with pytest.MonkeyPatch.context() as patch:
        # As many failed look-ups as the list has once are within the budget, twice as many are not.
        patch.setenv("YANZHEN_BUDGET_ADDRESS", str(UNKNOWN + 10))
        with open_employer_desk(tmp_path_factory.mktemp("resuming")) as opened:
            yield opened


def kill_last(jobs: BulkJobs) -> None:
    """Kill the check that was begun last, with signal 9."""
    process = jobs._started[-1]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(found: Callable[[], Any]) -> Any:
    until = time.monotonic() + WAIT_SECONDS
    while not (one := found()):
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.005)
    return one


def test_a_killed_check_of_2000_rows_goes_on_and_counts_every_row_once(desk: EmployerDesk) -> None:
    secret = desk.key(7, rows_a_day=ROWS_A_DAY[1])
    jobs: BulkJobs = desk.public.extensions[JOBS_EXTENSION]

    def ask(path: str, **more: Any) -> Any:
        given = {"headers": {"Authorization": f"Bearer {secret}"}, **more}
        return desk.client().open(path, method="POST" if more else "GET", **given).get_json()

    unknown = [{"number": desk.number[:-6] + "999999", "name": NAME}] * UNKNOWN
    asked = [desk.good_row()] * (ASKED - UNKNOWN)
    rows = [*unknown, *asked, *[{"number": "S1", "name": NAME}] * (ROWS - ASKED)]
    batch = ask(BATCHES, json={"rows": rows})
    at = f"{BATCHES}/{batch['id']}"
    place = next(path for path in jobs._folder.iterdir() if path.is_dir())
    wait_for(lambda: 100 <= ask(at)["done"] < ASKED)  # the unknown ones are counted by now
    kill_last(jobs)
    assert (place / SPENT).read_bytes() == b"%d" % UNKNOWN
    for part in place.iterdir():  # what a thief of the disk would find meanwhile
        assert NAME.encode() not in part.read_bytes()
    assert ask(at)["state"] == "running"
    done = wait_for(lambda: (told := ask(at))["state"] != "running" and told)
    assert (done["state"], done["rows"], done["done"]) == ("done", ROWS, ROWS)
    assert sum(done["counts"].values()) == ROWS
    pages = [ask(f"{at}/results?limit=500&cursor={start}") for start in range(0, ROWS, 500)]
    seen = [row["index"] for page in pages for row in page["results"]]
    assert seen == list(range(ROWS))
    assert ask("/api/v1/usage")["rows_left_today"] == ROWS_A_DAY[1] - ROWS
    budgets = open_gate(desk.made.home).budgets
    assert budgets.grade("api key 1") is None
    budgets.spend("api key 1", UNKNOWN)
    assert budgets.grade("api key 1") is not None  # so it does count there
    budgets.close()
    assert not (place / LIST).exists()


def test_a_killed_check_of_the_desk_is_begun_anew_by_the_runner(desk: EmployerDesk) -> None:
    account, browser = desk.employer()
    upload = {"file": (io.BytesIO(csv_text([HEADINGS, (desk.number, NAME, "")]).encode()), "a.csv")}
    with every_place_taken(desk.room):
        at = browser.post("/employer/checks", data=upload).location
        kill_last(desk.room.jobs)
    collect_all(desk.room)  # what the runner does every two seconds

    def kept() -> EmployerCheck:
        collect_all(desk.room)
        with reading(desk.room.desks) as session:
            return session.get_one(EmployerCheck, int(at.rpartition("/")[2]))

    row = wait_for(lambda: (one := kept()).state != "running" and one)
    assert (row.account_id, row.state, row.rows, row.off) == (account, "done", 1, 0)


def test_a_list_of_the_desk_outlives_the_temporary_folder_of_its_service(
    desk: EmployerDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, browser = desk.employer()
    upload = {"file": (io.BytesIO(csv_text([HEADINGS, (desk.number, NAME, "")]).encode()), "a.csv")}
    with every_place_taken(desk.room):
        at = browser.post("/employer/checks", data=upload).location
        kill_last(desk.room.jobs)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # as a service started anew finds it
    home = desk.made.home
    again = replace(desk.room, jobs=open_jobs(home))
    for folder in (home.employer_checks_folder, home.employer_checks_folder / "checks"):
        assert folder.stat().st_mode & 0o777 == 0o700

    def kept() -> EmployerCheck:
        collect_all(again)
        with reading(again.desks) as session:
            return session.get_one(EmployerCheck, int(at.rpartition("/")[2]))

    row = wait_for(lambda: (one := kept()).state != "running" and one)
    again.jobs.close()
    assert (row.account_id, row.state, row.rows) == (account, "done", 1)
    assert [one.name for one in home.employer_checks_folder.rglob(LIST)] == []


def test_the_check_of_a_list_that_is_deleted_ends(desk: EmployerDesk) -> None:
    _, browser = desk.employer()
    upload = {"file": (io.BytesIO(csv_text([HEADINGS, (desk.number, NAME, "")]).encode()), "a.csv")}
    with every_place_taken(desk.room):
        at = browser.post("/employer/checks", data=upload).location
        process = desk.room.jobs._started[-1]
        assert process.poll() is None
        assert browser.post(f"{at}/delete", data={"sure": "yes"}).status_code == 303
        process.wait(WAIT_SECONDS)


def test_what_nobody_comes_back_for_is_swept(desk: EmployerDesk) -> None:
    token = desk.room.jobs.prepare(b"", JobOrder(file="a.csv", again=True))
    place = JobPlace(desk.room.jobs._folder, token).path
    collect_all(desk.room)
    assert place.is_dir()
    old = time.time() - EMPLOYER_LIMITS.keep_seconds - 60
    os.utime(place, (old, old))
    collect_all(desk.room)
    assert not place.exists()


def test_a_check_that_is_killed_again_and_again_is_given_up(desk: EmployerDesk) -> None:
    jobs = desk.room.jobs
    token = jobs.prepare(b"", JobOrder(file="a.csv", again=True))
    JobPlace(jobs._folder, token).write(RUNS, b"%d" % MOST_RUNS)
    with pytest.raises(JobLost):
        jobs.look(token)


def test_half_a_list_is_not_taken_for_a_list(tmp_path: Path) -> None:
    place = JobPlace(tmp_path, "x" * 32)
    place.path.mkdir()
    told = {"home": str(tmp_path), "folder": str(tmp_path), "token": place.token, "bytes": 100}
    job(json.dumps(told).encode() + b"\n" + csv_text([HEADINGS]).encode())
    assert not (place.path / ANSWER).exists()
