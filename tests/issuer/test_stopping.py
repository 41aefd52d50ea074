"""Ctrl-C: one sentence and 130 at any moment, and the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from codes.wording import Language
from issuer.copy_rows import BatchCopies, count_copies, undrawn, unrecorded
from issuer.desk import Desk
from issuer.errors import Interrupted
from issuer.issuing import Phase
from issuer.progress import PHASE_NAMES, ProgressLine
from issuer.reserving import open_batch, reserve
from tests.drills.office import PASSPHRASE, PREFIX, desk_of, make_office, people, write_roster
from tests.drills.register import award_faults

ROOT = Path(__file__).parents[2]
RESERVED = 600
INTERRUPTED = 130
ISSUING = "from yanzhen import main; main()"
# Ctrl-C as a terminal does it, to the whole group, in the middle of a stretch: a run that were
# watched from outside could end before whoever watches is given a processor.
ISSUING_STOPPED = """
import os, signal
from issuer.issuing import Phase
from issuer.progress import PHASE_NAMES, ProgressLine
told = ProgressLine.__call__
def tell(line, phase, done, total):
    told(line, phase, done, total)
    if phase is Phase.{stretch} and 0 < done < total:
        ProgressLine.__call__ = told
        os.killpg(0, signal.SIGINT)
ProgressLine.__call__ = tell
from yanzhen import main
main()
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_of(make_office(tmp_path, {})) as desk:
        yield desk


@pytest.fixture(autouse=True)
def _stoppable() -> Iterator[None]:
    """Let commands started here be stopped, also where the tests run in the background.

    A shell has what it starts in the background ignore Ctrl-C, and that is inherited.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def issue(
    desk: Desk, roster: Path, out: Path, *options: str, program: str = ISSUING
) -> subprocess.Popen[str]:
    """Start the real command on the batch 一, two processes at work."""
    command = [sys.executable, "-c", program, "--lang", "en", "issue"]
    told = ("--body", PREFIX, "--sample", "--batch", "一", "--out", str(out), "--workers", "2")
    return subprocess.Popen(
        [*command, str(roster), *told, *options],
        cwd=ROOT,
        env=os.environ
        | {
            "YANZHEN_HOME": str(desk.home.path),
            "YANZHEN_PASSPHRASE": PASSPHRASE.decode(),
            "YANZHEN_PUBLIC_URL": "https://yz.example.cn",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(("as_json", "stretch"), [(False, Phase.DRAW), (True, Phase.SIGN)])
def test_a_stopped_run_says_how_far_it_came_and_the_next_one_finishes(
    desk: Desk, tmp_path: Path, as_json: bool, stretch: Phase
) -> None:
    *persons, one_more = islice(people(1), RESERVED + 1)
    batch_id = open_batch(desk, "一")
    reserve(desk, batch_id, [one.candidate(row) for row, one in enumerate(persons, start=2)])
    scope = BatchCopies(batch_id=batch_id)
    roster = write_roster(tmp_path / "in", [one_more])
    program = ISSUING_STOPPED.format(stretch=stretch.name)
    options = ["--json"] if as_json else []
    run = issue(desk, roster, tmp_path / "out", *options, program=program)
    out, err = run.communicate(timeout=300)

    assert run.returncode == INTERRUPTED, err
    assert "Traceback" not in err
    left = count_copies(desk, scope, undrawn if stretch is Phase.DRAW else unrecorded)
    assert 0 < left < RESERVED
    assert "run the same command again" in err
    assert f"{PHASE_NAMES[stretch].en} {RESERVED - left}/{RESERVED}" in err
    if as_json:
        assert json.loads(out)["error"]["code"] == "run_interrupted"
    again = issue(desk, roster, tmp_path / "out")
    out, err = again.communicate(timeout=300)
    assert again.returncode == 0, err
    assert f"writing files {RESERVED + 1}/{RESERVED + 1}\n" in err
    assert err.count("writing files") == 1
    assert award_faults(desk, batch_id) == []


@pytest.mark.parametrize("while_loading", ["click", "issuer.cli", "sqlalchemy.orm"])
def test_stopped_while_loading_it_ends_without_a_traceback(while_loading: str) -> None:
    program = f"""
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {while_loading!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from yanzhen import main
sys.argv = ["yanzhen", "--lang", "en", "issue", "--help"]
main()
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == INTERRUPTED
    assert "Usage" not in run.stdout
    assert "Traceback" not in run.stderr
    assert run.stderr.strip() in ("", "cancelled")


def test_who_was_told_not_to_listen_to_ctrl_c_does_not() -> None:
    program = """
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
from yanzhen import main
import sys, wsgi
wsgi.main = lambda: os.kill(os.getpid(), signal.SIGINT)
main()
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert run.returncode == 0


@pytest.mark.parametrize(
    ("language", "told"),
    [(Language.ZH, "已停止（制作证书 200/600）"), (Language.EN, "drawing certificates 200/600")],
)
def test_the_sentence_names_the_stretch_and_the_count(language: Language, told: str) -> None:
    progress = ProgressLine(language, quiet=True)
    with pytest.raises(Interrupted) as stopped, progress.watching():
        progress(Phase.DRAW, 200, 600)
        raise KeyboardInterrupt
    assert told in stopped.value.text.say(language)


def test_elsewhere_than_on_a_terminal_each_stretch_is_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = ProgressLine(Language.EN, quiet=False)
    for done in (50, 100, 150):
        progress(Phase.EXPORT, done, 150)
    assert capsys.readouterr().err == "writing files 150/150\n"
