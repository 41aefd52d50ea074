"""The batch check on the site: watched as it runs, kept for a short time, told when it is lost."""

from __future__ import annotations

import io
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from tests.verifier.bulk_homes import BulkHome, make_bulk_home
from tests.verifier.bulk_lists import HEADINGS, csv_text, sheets, workbook
from tests.verifier.world import NAME
from verifier.budgets_request import GATE_EXTENSION
from verifier.bulk_jobs import (
    KEEP_SECONDS,
    MOST_KEPT,
    MOST_KEPT_OF_ONE,
    MOST_UNFINISHED_OF_ONE,
    BulkJobs,
    JobLost,
    JobOrder,
    JobsFull,
    JobState,
)
from verifier.bulk_limits import MAX_BULK_BYTES
from verifier.bulk_place import ROWS, JobUnknown
from wsgi import create_public_app

WAIT_SECONDS = 60.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> BulkHome:
    return make_bulk_home(tmp_path_factory.mktemp("bulk"))


@pytest.fixture
def jobs(made: BulkHome, tmp_path: Path) -> Iterator[BulkJobs]:
    jobs = BulkJobs(made.home.path, tmp_path / "batches", 1)
    yield jobs
    jobs.close()


@pytest.fixture
def client(made: BulkHome, jobs: BulkJobs) -> Iterator[FlaskClient]:
    app = create_public_app(made.home)
    app.extensions["yanzhen_bulk"] = jobs
    yield app.test_client()
    app.extensions["yanzhen_verifier"].close()


def hand_in(client: FlaskClient, data: bytes, name: str = "名单.xlsx") -> TestResponse:
    return client.post("/batch", data={"file": (io.BytesIO(data), name)})


def wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


def finished(client: FlaskClient, location: str) -> str:
    """The page of the result, once it is there."""
    wait(lambda: not client.get(f"{location}/progress").get_json()["running"])
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(location).text))


def test_a_list_that_runs_says_how_long_it_will_take(
    client: FlaskClient, jobs: BulkJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = JobState(done=100, total=900, minutes_left=7, slowed=True)
    monkeypatch.setattr(jobs, "look", lambda token: state)
    page = client.get("/batch/x?lang=zh").text
    assert "未查询到的行较多，核验因此放慢；预计还需约 7 分钟。" in page
    assert client.get("/batch/x/progress?lang=en").get_json()["left"].endswith("7 minutes left.")
    monkeypatch.setattr(jobs, "look", lambda token: JobState(done=1, total=9))
    assert client.get("/batch/x/progress").get_json()["left"] == ""
    assert "一般一两分钟核验完" in client.get("/batch?lang=zh").text


def test_a_list_is_checked_beside_the_worker_and_its_result_taken_away(
    client: FlaskClient, made: BulkHome, tmp_path: Path
) -> None:
    rows = [(*HEADINGS, "工号"), (str(made.issued.number), NAME, "", "07"), ("S1", NAME, "", "08")]
    answer = hand_in(client, workbook(rows))
    assert answer.status_code == 303
    location = answer.headers["Location"]
    page = finished(client, location)
    assert "核验一致，现行有效 1" in page
    assert "第 3 行" in page
    assert "第 2 行" not in page
    given = client.get(f"{location}/result.xlsx?lang=en")
    assert given.headers["Cache-Control"] == "no-store"
    assert "attachment" in given.headers["Content-Disposition"]
    lines = CalamineWorkbook.from_filelike(io.BytesIO(given.data)).get_sheet_by_index(0)
    assert lines.to_python()[1][3] == "07"
    (kept,) = (path for path in (tmp_path / "batches").iterdir() if path.is_dir())
    assert {path.name for path in kept.iterdir()} == {
        *("alive", "network", "progress", "answer", "result-zh", "result-en")
    }
    for path in (kept, *kept.iterdir()):
        assert path.stat().st_mode & 0o077 == 0
        if path.is_file():  # whoever reads the folder finds nobody in it
            assert NAME.encode() not in path.read_bytes()
    assert location.rpartition("/")[2] not in str(kept)
    asked = client.post(f"{location}/delete")
    assert asked.status_code == 200 and 'name="sure" value="yes"' in asked.text
    assert kept.exists()
    deleted = client.post(f"{location}/delete", data={"sure": "yes"})
    assert (deleted.status_code, deleted.location) == (303, "/batch?deleted=yes")
    assert not kept.exists()
    gone = client.get(f"{location}?lang=zh")
    assert gone.status_code == 404
    assert "只保留 30 分钟" in gone.text


def test_a_list_that_cannot_be_read_is_refused_on_the_form_with_its_place(
    client: FlaskClient,
) -> None:
    answer = hand_in(client, csv_text([("证书编号", "部门"), ("S1", "甲")]).encode(), "a/b<b>.csv")
    page = finished(client, answer.headers["Location"])
    assert "b&lt;b&gt;.csv：第 1 行表头只有证书编号" in page
    assert "选择 Excel 或 CSV 文件" in page


def test_only_one_sheet_is_checked_and_the_page_says_which(
    client: FlaskClient, made: BulkHome
) -> None:
    row = (str(made.issued.number), NAME, "")
    answer = hand_in(client, sheets(保卫部=[HEADINGS, row], 后勤部=[HEADINGS, row]))
    page = finished(client, answer.headers["Location"])
    assert "不止一张工作表有名单：“保卫部”、“后勤部”" in page and "现行有效 1" not in page
    answer = hand_in(client, sheets(保卫部=[HEADINGS, row], 续=[row]))
    page = finished(client, answer.headers["Location"])
    assert "只核验了工作表“保卫部”；“续”没有名单的表头，未核验。" in page and "现行有效 1" in page
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"{answer.headers['Location']}/result.xlsx").data)
    )
    told = {str(line[0]): line[1] for line in book.get_sheet_by_name("汇总").to_python()}
    assert "“续”没有名单的表头" in str(told["工作表"])


def test_the_form_says_that_a_result_was_deleted(client: FlaskClient) -> None:
    assert "核验结果已删除" in client.get("/batch?deleted=yes&lang=zh").text
    assert "核验结果已删除" not in client.get("/batch?lang=zh").text


def test_the_page_leads_back_to_the_start(client: FlaskClient) -> None:
    main = client.get("/batch").text.partition("<main")[2].partition("</main>")[0]
    assert 'href="/"' in main


def test_the_form_says_what_is_missing_and_what_is_too_large(client: FlaskClient) -> None:
    empty = client.post("/batch", data={})
    assert empty.status_code == 422
    assert "请选择名单文件" in empty.text
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = part + b"y" * (MAX_BULK_BYTES + (1 << 20)) + b"\r\n--x--\r\n"
    large = client.post("/batch", data=body, content_type="multipart/form-data; boundary=x")
    assert large.status_code == 413
    assert "文件超过 10 MB" in large.text


def test_without_a_script_the_page_reloads_itself_while_the_check_runs(
    client: FlaskClient, made: BulkHome
) -> None:
    location = hand_in(client, workbook([HEADINGS, ("S1", NAME)])).headers["Location"]
    page = client.get(location).text
    assert '<meta http-equiv="refresh" content="2">' in page or "批量核验结果" in page
    finished(client, location)


def test_failed_rows_count_against_whoever_handed_the_list_in(
    made: BulkHome, jobs: BulkJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_BUDGET_ADDRESS", "1")
    app = create_public_app(made.home)
    app.extensions["yanzhen_bulk"] = jobs
    unknown = str(made.issued.number)[:-6] + "999999"
    answer = hand_in(app.test_client(), workbook([HEADINGS, (unknown, NAME)]))
    assert "未查询到 1" in finished(app.test_client(), answer.headers["Location"])
    gate = app.extensions[GATE_EXTENSION]
    assert gate.budgets.grade(gate.network("127.0.0.1", [])) == 0
    assert gate.budgets.grade(gate.network("192.0.2.8", [])) is None
    gate.budgets.close()
    app.extensions["yanzhen_verifier"].close()


def test_a_check_whose_process_died_is_said_to_be_lost(jobs: BulkJobs) -> None:
    token = jobs.start(
        csv_text([HEADINGS, *[("S1", NAME, "")] * 10_000]).encode(), JobOrder(file="a.csv")
    )
    (process,) = jobs._started
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with pytest.raises(JobLost):
        jobs.look(token)


def test_another_worker_finds_a_check_and_it_outlives_the_one_that_began_it(
    jobs: BulkJobs, made: BulkHome, tmp_path: Path
) -> None:
    token = jobs.start(workbook([HEADINGS, ("S1", NAME)]), JobOrder(file="a.xlsx"))
    other = BulkJobs(made.home.path, tmp_path / "batches", 1)
    wait(lambda: other.look(token).answer is not None)
    answer = other.look(token).answer
    assert answer is not None
    assert answer["rows"] == 1


def test_results_are_gone_after_their_time_and_only_so_many_are_kept(
    made: BulkHome, tmp_path: Path
) -> None:
    now = time.time()
    jobs = BulkJobs(made.home.path, tmp_path / "batches", 1, clock=lambda: now)
    token = jobs.start(b"", JobOrder(file="a.csv"))
    wait(lambda: jobs.look(token).answer is not None)
    for number in range(MOST_KEPT):
        (tmp_path / "batches" / f"other-{number}").mkdir()
        (tmp_path / "batches" / f"other-{number}" / ROWS).touch()
    with pytest.raises(JobsFull):
        jobs.start(b"", JobOrder(file="b.csv"))
    now += KEEP_SECONDS + 60
    with pytest.raises(JobUnknown):
        jobs.look(token)
    again = jobs.start(b"", JobOrder(file="b.csv"))
    assert sum(path.is_dir() for path in (tmp_path / "batches").iterdir()) == 1
    now = time.time()
    wait(lambda: jobs.look(again).answer is not None)
    jobs.close()


def test_refused_lists_take_no_place_of_results(made: BulkHome, tmp_path: Path) -> None:
    jobs = BulkJobs(made.home.path, tmp_path / "batches", 1)
    for _ in range(MOST_KEPT_OF_ONE):
        jobs.start(b"no table", JobOrder(file="a.csv", network="clumsy"))
        jobs.close()
    token = jobs.start(workbook([HEADINGS, ("S1", NAME)]), JobOrder(file="b", network="clumsy"))
    wait(lambda: jobs.look(token).answer is not None)
    jobs.close()


def test_one_network_does_not_take_the_place_of_all(made: BulkHome, tmp_path: Path) -> None:
    jobs = BulkJobs(made.home.path, tmp_path / "batches", 1)
    long_list = csv_text([HEADINGS, *[("S1", NAME, "")] * 5_000]).encode()
    for _ in range(MOST_UNFINISHED_OF_ONE):
        jobs.start(long_list, JobOrder(file="a.csv", network="greedy"))
    with pytest.raises(JobsFull) as refused:
        jobs.start(b"", JobOrder(file="a.csv", network="greedy"))
    assert refused.value.of_one
    assert jobs.start(b"", JobOrder(file="b.csv", network="another"))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "batches").glob("*/network"))
    assert b"greedy" not in kept
    for process in jobs._started:
        os.kill(process.pid, signal.SIGKILL)
    jobs.close()


@pytest.mark.parametrize("token", ["", "x" * 32, "../" * 10 + "..", "é" * 32])
def test_a_token_that_is_none_finds_nothing(jobs: BulkJobs, token: str) -> None:
    with pytest.raises(JobUnknown):
        jobs.look(token)


def test_a_folder_that_is_another_s_is_not_written_to(made: BulkHome, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open").chmod(0o755)
    with pytest.raises(JobsFull):
        BulkJobs(made.home.path, tmp_path / "open", 1).start(b"", JobOrder(file="a.csv"))
    assert list((tmp_path / "open").iterdir()) == []
