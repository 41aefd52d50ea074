"""The routes of the API for lists: handing one in, how far it is, its results page by page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from flask import Blueprint, Response, current_app, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from codes.wording import Text
from registry.api_key_models import ApiBatchRow
from registry.errors import RegistryError
from registry.session import reading
from verifier.api import schemas
from verifier.api.batch_body import index_of, read_batch
from verifier.api.batch_store import (
    NotBegun,
    Repeated,
    batches_of,
    begin_batch,
    find_batch,
    forget_batch,
    token_of,
)
from verifier.api.described import (
    CURSOR,
    JSON_FAULTS,
    KEY_FAULTS,
    LIMIT,
    PAGING_FAULTS,
    Answer,
    Operation,
    Parameter,
    describe,
)
from verifier.api.keyed import keyed, now, public_engine, quota_spent, the_key, unavailable
from verifier.api.problems import Problem, ProblemCode, Refused, dump_json, refuse
from verifier.api.views import show_fault, show_http_error, show_refusal
from verifier.api_keys import QuotaSpent, Scope, rows_left, usage_of
from verifier.bulk_jobs import BulkJobs, JobLost, JobsFull, JobState
from verifier.bulk_place import JobUnknown
from verifier.verdict import format_instant

blueprint = Blueprint("api_batches", __name__)
blueprint.register_error_handler(Refused, show_refusal)
blueprint.register_error_handler(HTTPException, show_http_error)
blueprint.register_error_handler(Exception, show_fault)

JOBS_EXTENSION: Final = "yanzhen_api_jobs"
_WORD: Final = re.compile(r"[\x21-\x7e]{1,128}")
_CURSOR: Final = re.compile(r"[0-9]{1,12}")
_MOST: Final = 500
_USUAL: Final = 100
_AGAIN_SECONDS: Final = 30
_USAGE_DAYS: Final = 31
_IDEMPOTENCY = Parameter(
    name="Idempotency-Key",
    place="header",
    text=Text(
        "您自定的唯一值；同一值重发同一请求，只核验一次",
        "a value of your own; the same request sent again with it is begun once",
    ),
    schema={"type": "string", "pattern": "^[!-~]{1,128}$"},
)
_NOT_FOUND = ProblemCode.BATCH_NOT_FOUND


@blueprint.post("/api/v1/batches")
@describe(
    Operation(
        id="startBatch",
        tag="batches",
        text=Text("提交一份名单核验", "Hand in a list to check"),
        body="NewBatch",
        parameters=(_IDEMPOTENCY,),
        answers={
            202: Answer(
                text=Text("已开始核验", "The check has begun"),
                schema="Batch",
                headers={
                    "Location": Text("名单的地址", "address of the batch"),
                    "Idempotency-Replayed": Text(
                        "true：此前已由同一请求开始", "true: begun before, by the same request"
                    ),
                },
            )
        },
        refusals=(
            *JSON_FAULTS,
            *KEY_FAULTS,
            ProblemCode.ROWS_INVALID,
            ProblemCode.BATCHES_FULL,
            ProblemCode.IDEMPOTENCY_KEY_INVALID,
            ProblemCode.IDEMPOTENCY_KEY_REUSED,
            ProblemCode.IDEMPOTENCY_KEY_BUSY,
        ),
        scope=Scope.CHECK,
    )
)
@keyed(Scope.CHECK)
def start() -> Response:
    """Begin to check a list."""
    word = _read_word()
    body = read_batch(request)
    if body.watch and Scope.WATCH not in the_key().scopes:
        raise refuse(
            ProblemCode.SCOPE_MISSING,
            f"watch 需要权限 {Scope.WATCH.value}",
            f"watch needs the scope {Scope.WATCH.value}",
            scope=Scope.WATCH.value,
        )
    try:
        begun = begin_batch(public_engine(), _jobs(), the_key(), body, word, now=now())
    except NotBegun as refused:
        raise _repeated(refused.why) from refused
    except QuotaSpent as spent:
        raise quota_spent(spent, body.rows) from spent
    except JobsFull as full:
        raise _full() from full
    except (RegistryError, SQLAlchemyError) as error:
        raise unavailable() from error
    response = _json(_batch(begun.row), 202)
    response.headers["Location"] = url_for("api_batches.show", batch=begun.row.name)
    if begun.again:
        response.headers["Idempotency-Replayed"] = "true"
    return response


@blueprint.get("/api/v1/batches")
@describe(
    Operation(
        id="listBatches",
        tag="batches",
        text=Text("列出本密钥提交的名单，新的在前", "List what this key handed in, latest first"),
        parameters=(CURSOR, LIMIT),
        answers={200: Answer(text=Text("一页名单", "A page of batches"), schema="BatchPage")},
        refusals=(*KEY_FAULTS, *PAGING_FAULTS),
        scope=Scope.READ,
    )
)
@keyed(Scope.READ)
def index() -> Response:
    """List the lists of this key."""
    before, limit = _read_page()
    try:
        rows = batches_of(public_engine(), the_key(), before=before, limit=limit + 1, now=now())
    except (RegistryError, SQLAlchemyError) as error:
        raise unavailable() from error
    shown = rows[:limit]
    more = str(shown[-1].id) if len(rows) > limit else None
    return _json({"batches": [_batch(row) for row in shown], "next_cursor": more})


@blueprint.get("/api/v1/batches/<batch>")
@describe(
    Operation(
        id="getBatch",
        tag="batches",
        text=Text("查看名单核验的进度", "Tell how far a batch is"),
        answers={200: Answer(text=Text("名单", "The batch"), schema="Batch")},
        refusals=(*KEY_FAULTS, _NOT_FOUND),
        scope=Scope.READ,
    )
)
@keyed(Scope.READ)
def show(batch: str) -> Response:
    """Tell how far a list is."""
    return _json(_batch(_find(batch)))


@blueprint.get("/api/v1/batches/<batch>/results")
@describe(
    Operation(
        id="listResults",
        tag="batches",
        text=Text("分页读取每一行的结果", "Read the answer to each row, page by page"),
        parameters=(CURSOR, LIMIT),
        answers={200: Answer(text=Text("一页结果", "A page of results"), schema="ResultPage")},
        refusals=(*KEY_FAULTS, *PAGING_FAULTS, _NOT_FOUND, ProblemCode.BATCH_NOT_DONE),
        scope=Scope.READ,
    )
)
@keyed(Scope.READ)
def results(batch: str) -> Response:
    """Answer a page of results, in the order of the rows."""
    after, limit = _read_page()
    row = _find(batch)
    rows: Sequence[dict[str, Any]] | None = None
    with suppress(JobUnknown):
        rows = _jobs().rows(token_of(the_key(), row))
    if rows is None:
        state = _batch(row)["state"]
        raise refuse(
            ProblemCode.BATCH_NOT_DONE,
            "核验尚未完成，或中途停止；请先查看 state",
            "the check is not done, or it failed; look at its state first",
            state=state,
        )
    start_at = after or 0
    page = [_result(one) for one in rows[start_at : start_at + limit]]
    end = start_at + len(page)
    return _json({"results": page, "next_cursor": str(end) if end < len(rows) else None})


@blueprint.delete("/api/v1/batches/<batch>")
@describe(
    Operation(
        id="deleteBatch",
        tag="batches",
        text=Text("提前删除名单及其结果", "Delete a batch and its results before their time"),
        answers={204: Answer(text=Text("已删除", "It is deleted"), schema=None)},
        refusals=(*KEY_FAULTS, _NOT_FOUND),
        scope=Scope.CHECK,
    )
)
@keyed(Scope.CHECK)
def forget(batch: str) -> Response:
    """Delete a list."""
    row = _find(batch)
    with suppress(JobUnknown):
        _jobs().forget(token_of(the_key(), row))
    try:
        forget_batch(public_engine(), row)
    except (RegistryError, SQLAlchemyError) as error:
        raise unavailable() from error
    return Response(status=204)


@blueprint.get("/api/v1/usage")
@describe(
    Operation(
        id="getUsage",
        tag="usage",
        text=Text(
            f"本密钥近 {_USAGE_DAYS} 天的用量", f"What this key used in the last {_USAGE_DAYS} days"
        ),
        answers={200: Answer(text=Text("用量", "The usage"), schema="Usage")},
        refusals=KEY_FAULTS,
        scope=Scope.USAGE,
    )
)
@keyed(Scope.USAGE)
def usage() -> Response:
    """Tell what this key was used for."""
    key, at = the_key(), now()
    try:
        with reading(public_engine()) as session:
            days = usage_of(session, key.id, days=_USAGE_DAYS, now=at)
            left = rows_left(session, key, now=at)
    except (RegistryError, SQLAlchemyError) as error:
        raise unavailable() from error
    told = [
        {"day": one.day.isoformat(), "requests": one.requests, "rows": one.rows} for one in days
    ]
    return _json({"rows_a_day": key.rows_a_day, "rows_left_today": left, "days": told})


def _find(name: str) -> ApiBatchRow:
    try:
        row = find_batch(public_engine(), the_key(), name, now=now())
    except (RegistryError, SQLAlchemyError) as error:
        raise unavailable() from error
    if row is None:
        raise refuse(
            _NOT_FOUND,
            "没有这份名单：编号不对、不是本密钥提交的，或已过保存期",
            "there is no such batch: another id, another key's, or past its time",
        )
    return row


def _batch(row: ApiBatchRow) -> dict[str, Any]:
    try:
        state = _jobs().look(token_of(the_key(), row)) if row.token_sealed else JobState()
        failed = state.answer is not None and "refused" in state.answer
    except (JobLost, JobUnknown):
        state, failed = JobState(), True
    done = state.answer is not None and not failed
    counts = state.answer["counts"] if done and state.answer is not None else ()
    return {
        "id": row.name,
        "state": "failed" if failed else "done" if done else "running",
        "rows": row.rows,
        "done": row.rows if done else state.done,
        "watch": row.watch,
        "made_at": format_instant(row.made_at),
        "keep_until": format_instant(row.keep_until),
        "counts": _by_outcome(counts),
    }


def _by_outcome(counts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many rows came to each outcome, however that is worded in them."""
    found: dict[str, int] = {}
    for one in counts:
        outcome = one["outcome"] or schemas.NOT_ASKED
        found[outcome] = found.get(outcome, 0) + one["count"]
    return found


def _result(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in schemas.RESULT_MEMBERS}
    return {"index": index_of(row["row"]), **told}


def _read_word() -> str | None:
    word = request.headers.get(_IDEMPOTENCY.name)
    if word is not None and not _WORD.fullmatch(word):
        raise refuse(
            ProblemCode.IDEMPOTENCY_KEY_INVALID,
            "应为 1–128 个可见 ASCII 字符",
            "it must be 1 to 128 visible ASCII characters",
        )
    return word


def _read_page() -> tuple[int | None, int]:
    cursor, limit = request.args.get("cursor"), request.args.get("limit", str(_USUAL))
    good = (cursor is None or _CURSOR.fullmatch(cursor)) and _CURSOR.fullmatch(limit)
    if not good or not 1 <= int(limit) <= _MOST:
        raise refuse(
            ProblemCode.CURSOR_INVALID,
            f"cursor 应为上一页的 next_cursor；limit 应为 1–{_MOST}",
            f"cursor must be next_cursor of the page before, limit 1 to {_MOST}",
        )
    return None if cursor is None else int(cursor), int(limit)


def _repeated(why: Repeated) -> Refused:
    if why is Repeated.OTHER_LIST:
        return refuse(
            ProblemCode.IDEMPOTENCY_KEY_REUSED,
            "同一 Idempotency-Key 只能用于同一份名单",
            "one idempotency key is for one list",
        )
    return Refused(
        Problem(
            code=ProblemCode.IDEMPOTENCY_KEY_BUSY,
            detail=Text("请稍后重发", "send it again in a while"),
            retry_after_seconds=_AGAIN_SECONDS,
        )
    )


def _full() -> Refused:
    return Refused(
        Problem(
            code=ProblemCode.BATCHES_FULL,
            detail=Text(
                "请等先前的名单核验完，或删除不再需要的名单后重试；本次没有计入用量",
                "wait for earlier batches or delete some; this one was not counted",
            ),
            retry_after_seconds=_AGAIN_SECONDS,
        )
    )


def _json(body: dict[str, Any], status: int = 200) -> Response:
    response = Response(dump_json(body), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _jobs() -> BulkJobs:
    jobs: BulkJobs = current_app.extensions[JOBS_EXTENSION]
    return jobs
