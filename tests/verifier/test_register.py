"""The public register: what the signed list says and nothing else, as page, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient

from codes.levels import Level
from keys.document import BodyEntry, KeyDocument
from keys.ring import Scope
from log.leaves import FilingLeaf, FilingValue
from registry.log_reader import CHECKPOINT
from registry.logbook import append
from registry.session import transaction
from tests.journeys.site_apps import make_app
from tests.keys.trust_samples import trust_list
from tests.verifier.empty_register import publish
from tests.verifier.world import BODY_NAME, PREFIX, TODAY, World, key_document
from verifier.filed_acts import FiledAct, standing_by_acts
from verifier.register import BodyState, RegisterQuery, as_csv, register_of, search

DAY = timedelta(days=1)


def body(prefix: str, name: str, *windows: tuple[date, date | None]) -> BodyEntry:
    scopes = tuple(
        Scope(occupation=1, levels=(Level.THREE,), valid_from=first, valid_to=last)
        for first, last in windows
    )
    return BodyEntry(prefix=prefix, name=name, scopes=scopes, keys=())


def document(*bodies: BodyEntry) -> KeyDocument:
    return replace(key_document(), bodies=(*key_document().bodies, *bodies))


LONG_AGO = date(2024, 1, 1)
OTHERS = (
    body("S000011000001", "续期评价中心", (LONG_AGO, TODAY), (TODAY + DAY, date(2029, 1, 1))),
    body("Y000031000002", "=已终止(1)", (LONG_AGO, TODAY - DAY)),
    body("S000012000003", "暂停评价中心", (LONG_AGO, TODAY - DAY), (TODAY + 9 * DAY, None)),
    body("S000012000004", "将来评价中心", (TODAY + DAY, date(2028, 1, 1))),
    body("S000012000005", "自始撤销中心"),
)


def test_a_body_stands_where_its_windows_put_it() -> None:
    entries = {one.prefix: one for one in register_of(document(*OTHERS), TODAY)}
    states = {prefix: one.state for prefix, one in entries.items()}
    assert states == {
        PREFIX: BodyState.FILED,
        "S000011000001": BodyState.FILED,
        "Y000031000002": BodyState.OVER,
        "S000012000003": BodyState.INTERRUPTED,
        "S000012000004": BodyState.TO_COME,
        "S000012000005": BodyState.NONE,
    }
    renewed = entries["S000011000001"]
    assert [(one.first, one.last) for one in renewed.rights] == [(LONG_AGO, date(2029, 1, 1))]
    assert (renewed.until, entries[PREFIX].until) == (date(2029, 1, 1), None)
    assert (entries["Y000031000002"].since, entries["Y000031000002"].employer) == (TODAY, True)
    paused = entries["S000012000003"]
    assert (paused.since, paused.again_from) == (TODAY, TODAY + 9 * DAY)
    assert (entries[PREFIX].signs, renewed.signs) == (True, False)


@pytest.mark.parametrize(
    ("query", "prefixes"),
    [
        (RegisterQuery(words="续期"), {"S000011000001"}),
        (RegisterQuery(words="s000011"), {"S000011000001"}),
        (RegisterQuery(province="31"), {"Y000031000002"}),
        (RegisterQuery(state="interrupted"), {"S000012000003"}),
        (RegisterQuery(level="2"), {PREFIX}),
        (RegisterQuery(level="3", occupation="3-02-02-00"), {PREFIX, "S000011000001"}),
        (RegisterQuery(words="没有这家"), set()),
    ],
)
def test_a_reader_finds_bodies(query: RegisterQuery, prefixes: set[str]) -> None:
    found = search(register_of(document(*OTHERS), TODAY), query)
    assert {one.prefix for one in found} == prefixes


def acted(event: str, day: date) -> FiledAct:
    """An act that was decided and entered long ago."""
    entered = datetime.combine(LONG_AGO, time(), UTC)
    return FiledAct(
        event=event,
        reference=None,
        decided_on=LONG_AGO,
        effective_on=day,
        entered_at=entered,
        leaf=0,
    )


@pytest.mark.parametrize(
    ("event", "day", "filed", "told"),
    [
        ("suspended", TODAY + DAY, True, "起暂停）"),
        ("suspended", TODAY, False, "备案暂停"),
        ("withdrawn", TODAY - DAY, False, "备案已撤销"),
        ("renewed", LONG_AGO, False, "备案已到期"),
        ("renewed", LONG_AGO, True, ""),
        ("moved", LONG_AGO, False, ""),
    ],
)
def test_acts_say_why_a_body_is_not_filed_or_not_for_long(
    event: str, day: date, filed: bool, told: str
) -> None:
    said = standing_by_acts([acted(event, day)], TODAY, filed=filed)
    assert (said is None) is (told == "")
    assert said is None or said.zh.endswith(told)


def test_no_cell_of_the_csv_is_a_formula() -> None:
    text = as_csv(register_of(document(*OTHERS), TODAY)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    over = next(row for row in rows if row["prefix"] == "Y000031000002")
    assert (over["name"], over["in_force"], over["level"]) == ("'=已终止(1)", "no", "3")
    assert sum(row["prefix"] == PREFIX for row in rows) == 2


@pytest.fixture
def client(world: World) -> Iterator[FlaskClient]:
    verifier = world.verifier()
    app = make_app(verifier)
    yield app.test_client()
    verifier.close()


def test_the_page_names_its_source_and_speaks_both_languages(client: FlaskClient) -> None:
    trust = trust_list(key_document())
    page = client.get("/register").text
    assert BODY_NAME in page and PREFIX in page and "备案有效" in page
    assert trust.sha256.hex() in page
    assert "May award" in client.get("/register?lang=en&level=3").text
    empty = client.get("/register?lang=zh&words=%3Cscript%3E&page=99").text
    assert "<script>" not in empty


def test_filters_that_nothing_fits_say_so_and_how_to_widen_them(client: FlaskClient) -> None:
    none = client.get("/register?lang=zh&words=无此机构").text.partition('id="none"')[2]
    assert "没有机构符合这些条件" in none and "不说明某一机构没有备案" in none
    assert "不予认可" not in none and "查看全部机构" in none
    english = client.get("/register?lang=en&words=无此机构").text
    assert "No body in the register meets these conditions" in english


@pytest.mark.parametrize(
    ("odd", "names"),
    [
        ("level=9&occupation=zzz", "occupation level"),
        ("level=zzz", "level"),
        ("province=99", "province"),
        ("state=gone", "state"),
        ("words=" + "长" * 101, "words"),
    ],
)
def test_what_there_is_not_is_refused_by_name_and_not_taken_for_nobody(
    client: FlaskClient, odd: str, names: str
) -> None:
    for ending in ("json", "csv"):
        answer = client.get(f"/register.{ending}?{odd}")
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
        told = json.loads(answer.data)
        assert (told["code"], told["evidence"]) == ("parameter_invalid", {"parameters": names})
        assert names.split()[0] in told["detail_zh"]
    page = client.get(f"/register?lang=zh&{odd}").text
    assert "查找条件中有识别不了的内容" in page and "没有机构符合这些条件" not in page


def test_the_data_say_the_same_and_whose_they_are(client: FlaskClient) -> None:
    answer = client.get("/register.json")
    found = json.loads(answer.data)
    assert answer.headers["Cache-Control"].startswith("public")
    assert (found["on"], found["trust_list"]["version"]) == (TODAY.isoformat(), 1)
    assert len(found["trust_list"]["root_pin"]) == 64
    (only,) = found["bodies"]
    assert (only["prefix"], only["category"], only["province"]) == (PREFIX, "S", "12")
    assert only["rights"][0]["levels"] == [3, 2]
    assert json.loads(client.get("/register.json?state=over").data)["bodies"] == []
    table = client.get("/register.csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in table.headers["Content-Disposition"]


def _act(event: str, decided: date, effective: date) -> FilingLeaf:
    detail: dict[str, FilingValue] = {
        "windows": [],
        "effective_on": effective.isoformat(),
        "reference": "样本〔2026〕3号",
    }
    return FilingLeaf(prefix=PREFIX, event=event, detail=detail, decided_on=decided)


def test_anybody_sees_when_an_act_was_decided_took_effect_and_was_entered(
    client: FlaskClient, world: World
) -> None:
    eve = TODAY - 9 * DAY
    with transaction(world.engine) as session:
        append(session, _act("suspended", eve, eve))
        append(session, _act("withdrawn", TODAY, TODAY + DAY))
    publish(world.engine, world.log)
    (body,) = json.loads(client.get("/register.json").data)["bodies"]
    late, ahead = body["acts"]
    assert (late["event"], late["decided_on"], late["effective_on"], late["entered_on"]) == (
        "suspended",
        "2026-11-14",
        "2026-11-14",
        "2026-11-23",
    )
    assert (late["reference"], ahead["leaf"]) == ("样本〔2026〕3号", late["leaf"] + 1)
    page = client.get("/register?lang=zh").text
    shown = re.sub(r"<[^>]+>", "", page)
    assert "决定 2026年11月14日 · 生效 2026年11月14日 · 系统录入 2026年11月23日" in shown
    assert page.count("决定作出后补录") == 1  # the other was entered before it takes effect


def test_a_log_that_cannot_be_read_is_not_taken_for_one_without_acts(
    client: FlaskClient, world: World
) -> None:
    assert json.loads(client.get("/register.json").data)["bodies"][0]["acts"] == []
    (world.log_folder / CHECKPOINT).unlink()
    assert json.loads(client.get("/register.json").data)["bodies"][0]["acts"] is None
    assert "公开日志目前无法读取" in client.get("/register?lang=zh").text
