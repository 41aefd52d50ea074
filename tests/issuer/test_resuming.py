"""Cut connections and killed processes at the desk of batches: nothing is lost or done twice."""

from __future__ import annotations

import io
import os
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, func, select, text

from codes.levels import Level
from issuer.batch_issue import MOST_KILLED, certificates_path
from issuer.batch_states import DraftState
from issuer.batch_sweeping import STRAY_SECONDS, sweep
from registry.batch_models import BatchDraft, BatchPhoto, BatchRow
from registry.home import Home
from registry.models import Award, Batch, Copy
from registry.session import reading, transaction
from registry.vault import seal
from tests.conftest import NOW, PASSPHRASE
from tests.drills.register import award_faults
from tests.issuer.batch_desk import BatchDesk, filed_home, photos_zip, roster_of
from tests.issuer.desk_server import READER, DeskServer, children, serving_desks, wait_for
from tests.issuer.desks import PUBLIC_URL, desk_at, issue, people, write_people
from wsgi import create_private_app

PERSONS = people(Level.THREE, 4)
_BROKEN_OFF = "正在自动恢复"
_TELLING = """CREATE TRIGGER telling AFTER UPDATE OF done ON batch_drafts
    BEGIN INSERT INTO told VALUES (new.id, new.phase, new.done, new.total); END"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BatchDesk]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANZHEN_PUBLIC_URL", PUBLIC_URL)
        for name in ("YANZHEN_DESK_DATABASE_URL", "YANZHEN_DATABASE_URL"):
            patch.delenv(name, raising=False)
        path = tmp_path_factory.mktemp("resuming") / "home"
        home = Home.create(path, demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
        yield BatchDesk(create_private_app(filed_home(home), PASSPHRASE))


@pytest.fixture(scope="module")
def server(desk: BatchDesk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    folder = tmp_path_factory.mktemp("server")
    with serving_desks(desk.room.home, desk.app, folder, PUBLIC_URL) as serving:
        yield serving


def begin(server: DeskServer, roster: bytes, name: str) -> int:
    """Hand a roster in, as a browser does; return the batch."""
    answer = server.send("/batches", name=name, roster=(io.BytesIO(roster), "名册.xlsx"))
    assert answer is not None
    assert answer.status == 303, answer.text
    return int(answer.location.rpartition("/")[2])


def files_of(desk: BatchDesk, server: DeskServer) -> set[Path]:
    """Return the files of home and temporary folder: all but databases, locks, a memory."""
    both = [*desk.room.home.path.rglob("*"), *server.temporary.rglob("*")]
    own = {".runner", ".held", "trail-memory"}
    return {
        path
        for path in both
        if path.is_file() and ".sqlite3" not in path.name and path.name not in own
    }


def photos_of(desk: BatchDesk, draft: int) -> set[Path]:
    """Return the stored pictures of a batch, named or not."""
    return {path for path in (desk.room.folder(draft) / "photos").glob("??/*") if path.is_file()}


def test_an_upload_that_is_cut_half_way_leaves_nothing_and_is_sent_again(
    desk: BatchDesk, server: DeskServer, tmp_path: Path
) -> None:
    roster = roster_of(tmp_path, PERSONS)
    worker, before = server.worker(), files_of(desk, server)
    server.cut("/batches", name="断网", roster=(io.BytesIO(roster), "名册.xlsx"))
    assert "断网" not in server.get("/batches").text  # of one worker: the cut one was dealt with
    assert files_of(desk, server) == before
    draft = begin(server, roster, "断网")
    with_photos = files_of(desk, server)
    server.cut(f"/batches/{draft}/photos", photos=(io.BytesIO(photos_zip(PERSONS)), "照片.zip"))
    assert "缺少照片（4）" in server.get(f"/batches/{draft}/photos").text
    assert files_of(desk, server) == with_photos
    assert server.worker() == worker


def test_a_worker_killed_while_it_reads_a_roster_leaves_nothing_of_it(
    desk: BatchDesk, server: DeskServer, tmp_path: Path
) -> None:
    roster = roster_of(tmp_path, PERSONS)
    before, readers = files_of(desk, server), set[int]()

    def is_reading(worker: int) -> bool:
        readers.update(pid for pid, line in children(worker).items() if READER in line)
        return bool(readers)

    killing = Thread(target=server.kill_worker, args=(is_reading,))
    killing.start()
    assert server.send("/batches", name="预览", roster=(io.BytesIO(roster), "名册.xlsx")) is None
    killing.join()
    assert "预览" not in server.get("/batches").text
    wait_for(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in readers))
    assert files_of(desk, server) == before
    begin(server, roster, "预览")


def test_a_worker_killed_before_photos_are_on_record_leaves_strays_that_are_swept(
    desk: BatchDesk, server: DeskServer, tmp_path: Path
) -> None:
    draft = begin(server, roster_of(tmp_path, PERSONS), "照片")
    upload = photos_zip(PERSONS)
    with transaction(desk.room.desks):  # whoever writes first has all others wait

        def stored(_worker: int) -> bool:
            return len(photos_of(desk, draft)) == len(PERSONS)

        killing = Thread(target=server.kill_worker, args=(stored,))
        killing.start()
        path = f"/batches/{draft}/photos"
        assert server.send(path, photos=(io.BytesIO(upload), "照片.zip")) is None
        killing.join()
    strays = photos_of(desk, draft)
    with reading(desk.room.desks) as session:
        kept = select(func.count(BatchPhoto.id)).where(BatchPhoto.draft_id == draft)
        assert session.scalar(kept) == 0
    again = server.send(path, photos=(io.BytesIO(upload), "照片.zip"))
    assert again is not None and again.status == 303
    sweep(desk.room)
    assert strays < photos_of(desk, draft)  # young ones may be of somebody who is at it
    for file in photos_of(desk, draft):
        os.utime(file, (0, time.time() - STRAY_SECONDS - 60))
    sweep(desk.room)
    assert len(photos_of(desk, draft)) == len(PERSONS)
    assert not strays & photos_of(desk, draft)
    assert "可以提交审批" in server.get(f"/batches/{draft}").text


def test_a_roster_that_could_not_be_kept_whole_does_not_take_its_batchs_name(
    desk: BatchDesk, tmp_path: Path
) -> None:
    roster = roster_of(tmp_path, PERSONS)
    _run(
        desk.room.desks,
        "CREATE TRIGGER broken BEFORE INSERT ON batch_rows "
        "BEGIN SELECT RAISE(ABORT, 'the worker ends here'); END",
    )
    sent = (io.BytesIO(roster), "名册.xlsx")
    try:
        assert desk.post("/batches", name="一次提交", roster=sent).status_code == 422
    finally:
        _run(desk.room.desks, "DROP TRIGGER broken")
    desk.begin(roster, "一次提交")


def test_a_run_killed_at_several_points_while_nobody_looks_issues_everything_once(
    desk: BatchDesk, server: DeskServer, tmp_path: Path
) -> None:
    draft = desk.begin(roster_of(tmp_path, PERSONS), "签发")
    desk.add_photos(draft, (photos_zip(PERSONS), "照片.zip"))
    engine, register = desk.room.desks, desk.room.register
    with desk_at(desk.room.home, lambda: datetime.now(UTC)) as office:  # an earlier run came so far
        issue(office, write_people(tmp_path / "one", PERSONS[:1]), tmp_path / "out", batch="签发")
    _run(engine, "CREATE TABLE told (draft, phase, done, total)")
    _run(engine, _TELLING)
    desk.submit(draft)
    desk.approve(draft)

    def drawn() -> int:
        query = select(func.count(Copy.pdf_stored)).join(Award).join(Batch)
        with reading(register) as session:
            return session.scalar(query.where(Batch.name == "签发")) or 0

    def told(phase: str) -> list[tuple[int, int]]:
        with engine.connect() as connection:
            query = text("SELECT done, total FROM told WHERE phase = :phase AND draft = :draft")
            found = connection.execute(query, {"phase": phase, "draft": draft})
            return [(row.done, row.total) for row in found]

    def kill_once(reached: Callable[[], object]) -> None:
        os.kill(wait_for(lambda: server.runner() if reached() else None), signal.SIGKILL)
        wait_for(lambda: _BROKEN_OFF in desk.get(f"/batches/{draft}/progress").get_json()["text"])
        assert state_of(desk, draft) is DraftState.ISSUING

    kill_once(lambda: told("reserve"))
    kill_once(lambda: drawn() == len(PERSONS))
    exported = len(told("export"))
    kill_once(lambda: len(told("export")) > exported)
    wait_for(lambda: state_of(desk, draft) is DraftState.ISSUED, every_seconds=0.2)

    with reading(register) as session:
        query = select(Award).join(Batch).where(Batch.name == "签发").order_by(Award.serial)
        awards = list(session.scalars(query))
        serials = [award.serial for award in awards]
    assert serials == list(range(serials[0], serials[0] + len(PERSONS)))
    with desk_at(desk.room.home) as office:
        assert award_faults(office) == []
    with reading(engine) as session:
        batch = session.get_one(BatchDraft, draft)
        rows = session.scalars(select(BatchRow.award).where(BatchRow.draft_id == draft)).all()
    assert sorted(filter(None, rows)) == sorted(award.number for award in awards)
    with zipfile.ZipFile(certificates_path(desk.room, batch)) as archive:
        names = [name for name in archive.namelist() if name.startswith("S0")]
    assert [name[:22] for name in sorted(names)] == [award.number for award in awards]
    counts = [count for phase in ("reserve", "sign", "draw") for count in told(phase)]
    assert {total for _, total in counts} == {len(PERSONS)}
    assert all(done <= total for done, total in counts)
    assert (batch.done, batch.total) == (len(PERSONS), len(PERSONS))
    left = {path.name for path in desk.room.folder(draft).rglob("*") if path.is_file()}
    assert left == {".held", ".in-force", "签发.zip", "签发-结果.xlsx"}


def test_a_run_that_is_killed_again_and_again_stops_and_is_gone_on_with_by_a_button(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = desk.begin(roster_of(tmp_path, persons := people(Level.TWO, 1)), "反复")
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    (desk.room.folder(draft) / ".attempts").write_bytes(b"." * MOST_KILLED)
    desk.submit(draft)
    desk.approve(draft)
    desk.work()
    wait_for(lambda: state_of(desk, draft) is DraftState.STOPPED)
    assert f"连续 {MOST_KILLED} 次中途被终止" in desk.get(f"/batches/{draft}").text
    assert desk.post(f"/batches/{draft}/go-on").status_code == 303
    desk.work()
    wait_for(lambda: state_of(desk, draft) is DraftState.ISSUED)


def test_a_fault_nobody_foresaw_stops_one_batch_and_keeps_no_other_waiting(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = desk.begin(roster_of(tmp_path, PERSONS), "意外")
    desk.add_photos(draft, (photos_zip(PERSONS), "照片.zip"))
    with transaction(desk.room.desks) as session:
        row = session.scalars(select(BatchPhoto).where(BatchPhoto.draft_id == draft)).first()
        assert row is not None
        cipher = desk.room.cipher(session.get_one(BatchDraft, draft))
        row.about_sealed = seal(cipher, "batch-photo", b"[")
        session.get_one(BatchDraft, draft).revision += 1
    desk.work()
    wait_for(lambda: "程序发生意外故障" in desk.get(f"/batches/{draft}").text)
    assert desk.work() == 0


def state_of(desk: BatchDesk, draft: int) -> DraftState:
    """Return how far a batch is."""
    with reading(desk.room.desks) as session:
        return DraftState(session.get_one(BatchDraft, draft).state)


def _run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))
