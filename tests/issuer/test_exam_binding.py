"""One root over the records of a batch: each is judged by itself, whatever became of the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, delete

from issuer.errors import IssuerError
from issuer.exam_binding import Bound, bind_records, check_records, judge_records, parse_root
from registry.desk_database import open_desk_engine
from registry.exam_models import ExamRecord, ExamRecordProof
from registry.session import reading, transaction


@pytest.fixture
def desks(tmp_path: Path) -> Engine:
    return open_desk_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")


def records(count: int) -> dict[str, bytes]:
    """Return so many records by number."""
    return {f"S000012000123263{place:06}": b"sealed %d" % place for place in range(1, count + 1)}


def keep(desks: Engine, sealed: dict[str, bytes]) -> str:
    """Keep records and their proofs; return what is noted of them."""
    with transaction(desks) as session:
        session.add_all(ExamRecord(number=one, sealed=data) for one, data in sealed.items())
        return str(bind_records(session, sealed))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 600])
def test_every_record_of_a_batch_is_sound_until_it_is_changed(desks: Engine, count: int) -> None:
    sealed = records(count)
    root = parse_root(keep(desks, sealed))
    with reading(desks) as session:
        assert set(judge_records(session, sealed, root).values()) == {Bound.SOUND}
        assert set(judge_records(session, sealed, None).values()) == {Bound.UNBOUND}
    with transaction(desks) as session:
        session.get_one(ExamRecord, min(sealed)).sealed = b"another"
    with reading(desks) as session:
        judged = judge_records(session, sealed, root)
        assert [one for one, bound in judged.items() if bound is Bound.ALTERED] == [min(sealed)]
        with pytest.raises(IssuerError, match="exam_record_broken"):
            check_records(session, sealed, root)


def test_records_and_proofs_that_are_swapped_or_gone_are_told(desks: Engine) -> None:
    sealed = records(5)
    root = parse_root(keep(desks, sealed))
    first, second, third, fourth, fifth = sorted(sealed)
    with transaction(desks) as session:
        one, other = session.get_one(ExamRecord, first), session.get_one(ExamRecord, second)
        one.sealed, other.sealed = other.sealed, one.sealed
        session.execute(delete(ExamRecord).where(ExamRecord.number == third))
        session.execute(delete(ExamRecordProof).where(ExamRecordProof.number == fourth))
    with reading(desks) as session:
        assert judge_records(session, sealed, root) == {
            first: Bound.ALTERED,
            second: Bound.ALTERED,
            third: Bound.MISSING,
            fourth: Bound.ALTERED,
            fifth: Bound.SOUND,
        }


def test_what_a_killed_run_has_kept_is_bound_again_to_the_same_root(desks: Engine) -> None:
    sealed = records(3)
    said = keep(desks, sealed)
    with transaction(desks) as session:
        assert str(bind_records(session, sealed)) == said
    with reading(desks) as session:
        assert set(judge_records(session, sealed, parse_root(said)).values()) == {Bound.SOUND}
