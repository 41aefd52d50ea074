"""The public register of filed bodies: a page to search, and the same as JSON and CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from flask import Blueprint, current_app, render_template, request, url_for
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from codes.levels import Level
from codes.occupations import occupations
from codes.wording import Text
from keys.trust_list import TrustList
from templates.page_language import page_language
from verifier.api.problems import Problem, ProblemCode, problem_response
from verifier.conclusion import local_day
from verifier.filed_acts import FiledActs, acts_by_body, standing_by_acts
from verifier.register import (
    STATE_NAMES,
    BodyState,
    RegisterEntry,
    RegisterQuery,
    as_csv,
    as_json,
    inspect_query,
    register_of,
    search,
)
from verifier.service import Verifier
from verifier.site.pages import published_trust, shared_response

blueprint = Blueprint("register", __name__)

PAGE_SIZE: Final = 50
_TONES: Final = {"filed": "good", "interrupted": "warn", "to_come": "note"}


@blueprint.get("/register")
def page() -> str:
    """Show the bodies that fit what is asked for."""
    trust, day = _trust(), _today()
    query = _query()
    entries = register_of(trust.document, day)
    odd = inspect_query(query)
    found = () if odd else search(entries, query)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    at = min(_number(request.args.get("page", "1")) or 1, pages)
    provinces = {one.province.code: one.province.text for one in entries if one.province}
    acts = _acts()
    return render_template(
        "register.html",
        trust=trust,
        on=day,
        total=len(entries),
        found=found[(at - 1) * PAGE_SIZE : at * PAGE_SIZE],
        fitting=len(found),
        query=query,
        odd=[_PARAMETERS[name] for name in odd],
        asked=_asked(query),
        page=at,
        pages=pages,
        acts=acts,
        standings=_standings(found, acts, day),
        tones=_TONES,
        states=[(str(key), text) for key, text in STATE_NAMES.items()],
        occupations=occupations(),
        levels=[(str(int(level)), level.text) for level in sorted(Level, reverse=True)],
        provinces=sorted(provinces.items()),
        expired=local_day(trust.document.expires_at) < day,
        address=url_for("register.page"),
    )


@blueprint.get("/register.json")
def data() -> AnyResponse:
    """Give the whole register, or what fits, as JSON."""
    trust, day, query = _trust(), _today(), _query()
    if odd := inspect_query(query):
        return _refused(odd)
    found = search(register_of(trust.document, day), query)
    return shared_response(as_json(trust, found, _acts(), day), "application/json")


@blueprint.get("/register.csv")
def table() -> AnyResponse:
    """Give the same as CSV, to be opened by a spreadsheet."""
    trust, day, query = _trust(), _today(), _query()
    if odd := inspect_query(query):
        return _refused(odd)
    found = search(register_of(trust.document, day), query)
    answer = shared_response(as_csv(found), "text/csv")
    version = trust.document.version
    answer.headers["Content-Disposition"] = f"attachment; filename=register-{version}-{day}.csv"
    return answer


def _refused(names: Sequence[str]) -> AnyResponse:
    """Answer a program that asked for what there is not; an empty answer would say `nobody`."""
    code, called = ProblemCode.PARAMETER_INVALID, "、".join(names)
    zh, en = f"查询参数的值有误：{called}", f"parameters have values that cannot be: {called}"
    problem = Problem(code=code, detail=Text(zh, en), evidence={"parameters": " ".join(names)})
    return problem_response(problem, page_language(request))


def _standings(
    found: Sequence[RegisterEntry], acts: FiledActs | None, day: date
) -> Mapping[str, Text]:
    """Return in words where each body stands: by the list, and by the acts on its filing."""
    told = {}
    for one in found:
        filed, said = one.state is BodyState.FILED, None
        if filed or one.state is BodyState.OVER:
            said = standing_by_acts((acts or {}).get(one.prefix, ()), day, filed=filed)
        told[one.prefix] = said or one.state_text
    return told


def _query() -> RegisterQuery:
    said = {name: request.args.get(name, "").strip() for name in _PARAMETERS}
    return RegisterQuery(**said)


_PARAMETERS: Final = {
    "words": Text("机构名称或编号前缀", "name or number prefix"),
    "occupation": Text("职业", "occupation"),
    "level": Text("级别", "level"),
    "province": Text("省级地区", "province"),
    "state": Text("状态", "status"),
}


def _asked(query: RegisterQuery) -> dict[str, str]:
    """Return what is asked for, as parameters of an address."""
    return {name: said for name in _PARAMETERS if (said := getattr(query, name))}


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 6 else 0


def _trust() -> TrustList:
    trust = published_trust()
    if trust is None:
        raise ServiceUnavailable
    return trust


def _acts() -> FiledActs | None:
    logged = _verifier().logged_filings()
    return None if logged is None else acts_by_body(logged)


def _today() -> date:
    return _verifier().today()


def _verifier() -> Verifier:
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    return verifier
