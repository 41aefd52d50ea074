"""The employers' desk: a list from upload to workbook, keys shown once, nothing of others."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from accounts.roles import Role
from log.leaves import LifeKind
from registry.api_key_models import ApiKeyRow
from registry.employer_models import EmployerAlert, EmployerCheck, Webhook
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import DeskClient
from tests.verifier.bulk_lists import HEADINGS, csv_text
from tests.verifier.employer_desk import EmployerDesk, every_place_taken, open_employer_desk
from tests.verifier.world import NAME
from verifier.api_keys import Scope, keys_of, open_key, take_rows
from verifier.bulk_job import minutes_left
from verifier.bulk_jobs import JobState
from verifier.conclusion import local_day
from verifier.desks.employer_checks import KEPT_FOR, collect_all
from verifier.desks.employers_checks import progress_words
from verifier.desks.webhooks import add_webhook, webhooks_of

WAIT_SECONDS = 120.0
SECRET = re.compile(r'<span class="code">(yz_[\w-]{43})</span>')
PAGES = ("/employer/checks", "/employer/alerts", "/employer/keys", "/employer/webhooks")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmployerDesk]:
    with open_employer_desk(tmp_path_factory.mktemp("employer")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(desk: EmployerDesk) -> DeskClient:
    return desk.employer()[1]


@pytest.fixture(scope="module")
def checked(desk: EmployerDesk, browser: DeskClient) -> str:
    """The address of a list of two rows that was checked."""
    rows = [HEADINGS, (desk.number, NAME, ""), (desk.number, "<b>某</b>", "")]
    upload = {"file": (io.BytesIO(csv_text(rows).encode()), "=名单.csv"), "watch": "yes"}
    answer = browser.post("/employer/checks", data=upload)
    assert answer.status_code == 303
    until = time.monotonic() + WAIT_SECONDS
    while browser.get(f"{answer.location}/progress").get_json()["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.2)
    collect_all(desk.room)  # as the runner does, though nobody came back to the page
    return str(answer.location)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_page_says_what_to_do(desk: EmployerDesk, page: str, lang: str) -> None:
    shown = desk.employer()[1].get(f"{page}?lang={lang}", follow_redirects=True)
    assert shown.status_code == 200
    assert 'class="empty"' in shown.text
    assert len(shown.data) < 200_000


def test_a_list_is_checked_kept_and_downloaded(
    desk: EmployerDesk, browser: DeskClient, checked: str
) -> None:
    page = browser.get(f"{checked}?lang=zh", follow_redirects=True).text
    assert "核验结果" in page
    assert "仍关注到期满" in page and '"/employer/alerts#stop"' in page
    assert "&lt;b&gt;某&lt;/b&gt;" in page
    assert "<b>某</b>" not in page
    repeated = browser.get(f"{checked}?only=repeated").text
    assert '<h2 id="rows">证书编号重复的行</h2>' in repeated and repeated.count('="原行号"') == 2
    assert f'href="{checked}?only=repeated#rows"' in page
    (only,) = re.findall(r'href="([^"]*[?]only=[0-9])#rows"', page)
    assert only == f"{checked}?only=2"  # what is in force is not listed
    assert "列出全部不是" in browser.get(only).text and "某" in browser.get(only).text
    assert "列出全部不是" not in browser.get(f"{checked}?only=9").text
    asked = browser.post(f"{checked}/delete")
    assert asked.status_code == 422 and 'id="sure-wrong"' in asked.text
    book = browser.get(f"{checked}/result.xlsx")
    assert book.headers["Cache-Control"] == "no-store"
    day = local_day(desk.desks.clock())
    named = book.headers["Content-Disposition"]
    assert f"核验结果-名单-{day}.xlsx" in unquote(named)
    assert f'filename="check-result-{day}.xlsx"' in named
    assert re.search(r"北京时间 20\d\d年\d+月\d+日 \d\d:\d\d", page)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 3
    listed = browser.get("/employer/checks").text
    assert checked in listed and "=名单.csv" in listed
    with reading(desk.desks.bureau.register) as session:
        acts = session.execute(select(TrailEntry.act, TrailEntry.subject)).all()
    about = f"employer check {checked.rsplit('/', 1)[-1]}"
    assert ("employer.check", about) in {tuple(one) for one in acts}
    assert "1" in browser.get("/employer/alerts").text


def test_nothing_kept_names_anybody_in_clear(desk: EmployerDesk, checked: str) -> None:
    held = b"".join(path.read_bytes() for path in desk.made.home.path.glob("desk.sqlite3*"))
    assert NAME.encode() not in held
    assert desk.number.encode() not in held


def test_another_employer_finds_nothing(desk: EmployerDesk, checked: str) -> None:
    other = desk.employer()[1]
    for place in ("", "/progress", "/result.xlsx"):
        assert other.get(checked + place).status_code == 404
    assert other.post(f"{checked}/delete").status_code == 404


def test_an_alert_names_the_list_and_the_row_of_the_certificate(
    desk: EmployerDesk, browser: DeskClient, checked: str
) -> None:
    check_id = int(checked.rpartition("/")[2])
    with transaction(desk.room.desks) as session:
        account_id = session.get_one(EmployerCheck, check_id).account_id
        for event, number in ((71, desk.number), (72, "S000012000123263999999")):
            alert = EmployerAlert(
                account_id=account_id,
                event=event,
                number=number,
                kind=4,
                status="suspended",
                effective_on=local_day(desk.desks.clock()),
                noted_at=desk.desks.clock(),
            )
            session.add(alert)
    page = browser.get("/employer/alerts?lang=zh", follow_redirects=True).text
    assert f'<a href="{checked}">=名单.csv</a>第 2 行' in page
    assert "（经接口核验，或名单已删除）" in page
    told = browser.get(checked).text.partition('class="notice tone-bad')[2]
    told = re.sub(r"<[^>]+>", "", told.partition("</ul>")[0])
    assert "名单中有 1 张证书（1 行）状态有变动" in told and "请按现在的登记重新核验" in told
    assert re.search(rf"第 2 行：{desk.number}\s+暂停，.+，现在已暂停", told), told
    assert "999999" not in told


def test_of_two_changes_the_earlier_says_that_another_came_after_it(desk: EmployerDesk) -> None:
    owner, browser = desk.employer()
    with transaction(desk.room.desks) as session:
        for event, kind, status in (
            (81, LifeKind.SUSPEND, "suspended"),
            (82, LifeKind.LIFT, "current"),
        ):
            now = desk.desks.clock()
            alert = EmployerAlert(
                account_id=owner,
                event=event,
                number=desk.number,
                kind=kind,
                status=status,
                effective_on=local_day(now),
                noted_at=now,
            )
            session.add(alert)
    page = browser.get("/employer/alerts?lang=zh", follow_redirects=True).text
    assert "提醒时的状态" in page and "现在的状态" not in page
    lifted, suspended = page.partition("<tbody")[2].split("</tr>")[:2]
    assert "其后又有变动" in suspended and "其后又有变动" not in lifted
    assert "解除暂停" in lifted


def test_ids_of_others_answer_as_if_there_were_none(desk: EmployerDesk) -> None:
    (owner, browser), (_, other) = desk.employer(), desk.employer()
    desk.key(owner)
    now, vault = desk.desks.clock(), desk.room.open_vault()
    with reading(desk.room.public) as session:
        key_id = session.scalar(select(func.max(ApiKeyRow.id)))
    with transaction(desk.room.desks) as session:
        hook = add_webhook(session, vault, owner, "https://hr.example.com/", now=now)
        alert = EmployerAlert(
            account_id=owner,
            event=1,
            number=desk.number,
            kind=4,
            status="suspended",
            effective_on=local_day(now),
            noted_at=now,
        )
        session.add(alert)
    for address in (f"/employer/keys/{key_id}", f"/employer/webhooks/{hook.id}"):
        assert browser.get(address).status_code == 200
        assert other.get(address).status_code == 404
    assert other.post(f"/employer/keys/{key_id}/revoke").status_code == 404
    assert other.post(f"/employer/webhooks/{hook.id}/end").status_code == 404
    other.post("/employer/alerts/seen", data={"last": "999999"})
    assert desk.number not in other.get("/employer/alerts").text
    again = f'href="https://yz.example.cn/#number={desk.number}"'
    assert again in browser.get("/employer/alerts").text
    assert "1" in browser.get("/").text
    browser.post("/employer/alerts/seen", data={"last": str(alert.id)})
    assert "已全部标为已看" in browser.get("/employer/alerts").text
    with reading(desk.room.desks) as session:
        assert session.get_one(EmployerAlert, alert.id).seen_at is not None
        assert session.get_one(Webhook, hook.id).ended_at is None
    for sure, status in (("", 422), ("yes", 303)):
        assert browser.get(f"/employer/webhooks/{hook.id}").status_code == 200
        end = browser.post(f"/employer/webhooks/{hook.id}/end", data={"sure": sure})
        assert end.status_code == status
    assert browser.get(f"/employer/webhooks/{hook.id}").status_code == 404


def test_a_key_is_shown_once_works_and_is_revoked(desk: EmployerDesk) -> None:
    browser = desk.employer()[1]
    chosen = {"name": "人事系统", "scopes": ["batches:read"], "rows_a_day": "1000"}
    sent = browser.post("/employer/keys", data=chosen)
    assert sent.status_code == 303
    made = browser.get(sent.location)
    assert browser.get(sent.location).text == made.text  # loaded again
    other = desk.employer()[1]
    assert other.get(sent.location).status_code == 404
    found = SECRET.search(made.text)
    assert found is not None
    assert 'data-copy="secret"' in made.text and "copy.js" in made.text
    assert "每日行数上限" in made.text and Scope("batches:read").text.zh in made.text
    over = browser.get(sent.location.partition("?")[0])
    assert (over.status_code, over.location) == (302, sent.location.partition("/made")[0])
    listed = browser.get("/employer/keys").text
    assert listed.count('href="/employer/keys/') == 1
    assert 'href="https://yz.example.cn/developers"' in listed
    assert "https://yz.example.cn/api/v1/usage" in listed
    assert found[1] not in listed
    assert found[1][:9] in listed
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert desk.client().get("/api/v1/batches", headers=headers).status_code == 200
    own = re.search(r"/employer/keys/(\d+)", listed)
    assert own is not None
    assert "2026" in browser.get(own[0]).text
    with transaction(desk.room.public) as session:
        row = session.get_one(ApiKeyRow, int(own[1]))
        take_rows(session, open_key(session, found[1]) or pytest.fail(), 250, now=row.made_at)
    assert "今日还可提交" in browser.get("/employer/keys").text
    for page in ("/employer/keys", own[0]):
        assert "750" in browser.get(page).text, page
    asked = browser.post(f"{own[0]}/revoke")
    assert asked.status_code == 422 and 'id="sure-wrong"' in asked.text
    assert desk.client().get("/api/v1/batches", headers=headers).status_code == 200
    assert browser.post(f"{own[0]}/revoke", data={"sure": "yes"}).status_code == 303
    assert desk.client().get("/api/v1/batches", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "", "scopes": ["batches:read"], "rows_a_day": "1000"}, "name"),
        ({"name": "某系统", "scopes": [], "rows_a_day": "1000"}, "scopes"),
        ({"name": "某系统", "scopes": ["all"], "rows_a_day": "1000"}, "scopes"),
        ({"name": "某系统", "scopes": ["batches:read"], "rows_a_day": "5"}, "rows_a_day"),
    ],
)
def test_a_form_keeps_what_was_typed(
    browser: DeskClient, typed: dict[str, object], field: str
) -> None:
    answer = browser.post("/employer/keys", data=typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'value="{typed["name"]}"' in answer.text


def live_things(desk: EmployerDesk) -> tuple[int, int]:
    """Give a new employer's account a key and a webhook; return it and the key's number."""
    owner, _ = desk.employer()
    desk.key(owner)
    with transaction(desk.room.desks) as session:
        vault, now = desk.room.open_vault(), desk.room.clock()
        add_webhook(session, vault, owner, "https://hr.example.com/", now=now)
    with reading(desk.room.public) as session:
        return owner, keys_of(session, owner)[0].id


@pytest.mark.parametrize("act", ["reset", "disable"])
@pytest.mark.parametrize("ticked", [False, True])
def test_who_resets_or_disables_an_account_may_end_its_keys_and_webhooks(
    desk: EmployerDesk, act: str, ticked: bool
) -> None:
    owner, key_id = live_things(desk)
    director = desk.desks.plant(f"director-{act}-{ticked}".lower(), Role.AUTHORITY_DIRECTOR)
    browser = desk.desks.arrived(director)
    page = browser.get(f"/people/{owner}").text
    assert "1 个接口密钥、1 个回调地址" in page and f'id="{act}-machines"' in page
    said = {"sure": "yes", "why": "离岗"} | ({"machines": "yes"} if ticked else {})
    assert browser.post(f"/people/{owner}/{act}", data=said).status_code in (200, 303)
    with reading(desk.room.public) as session:
        ended = keys_of(session, owner)[0].revoked_at
    with reading(desk.room.desks) as session:
        standing = webhooks_of(session, owner)
    assert (ended is not None, not standing) == (ticked, ticked)
    with reading(desk.room.register) as session:
        noted = session.execute(select(TrailEntry.actor, TrailEntry.act, TrailEntry.subject)).all()
    told = (f"{director.username}某", "employer.key_revoked", f"api key {key_id}") in noted
    assert told is ticked
    assert ("个接口密钥" in browser.get(f"/people/{owner}").text) is (act == "reset" and not ticked)


def test_a_key_and_a_webhook_ask_for_the_second_factor_again(desk: EmployerDesk) -> None:
    worker = desk.desks.plant("employer-late", Role.EMPLOYER)
    late = desk.desks.arrived(worker, factor_minutes_ago=6)
    chosen = {"name": "系统", "scopes": ["batches:read"], "rows_a_day": "1000"}
    for path, wrong in (("keys", {**chosen, "name": ""}), ("webhooks", {"url": "http://a"})):
        told = late.post(f"/employer/{path}", data=wrong)  # before anything is asked again
        assert (told.status_code, "again_password" in told.text) == (422, False), path
    assert SECRET.search(late.post("/employer/keys", data=chosen).text) is None
    late.post("/employer/webhooks", data={"url": "https://127.0.0.1/"})
    with reading(desk.room.public) as session:
        query = select(func.count(ApiKeyRow.id)).where(ApiKeyRow.employer == worker.account_id)
        assert session.scalar(query) == 0


def test_the_page_of_a_webhooks_secret_is_loaded_again(
    desk: EmployerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, browser = desk.employer()
    monkeypatch.setattr("verifier.desks.employers_webhooks.read_url", str)
    sent = browser.post("/employer/webhooks", data={"url": "https://hr.example.com/"})
    shown = [browser.get(sent.location).text for _ in range(2)]
    assert shown[0] == shown[1] and re.search(r">whsec_[\w-]{43}<", shown[0])
    over = browser.get(sent.location.partition("?")[0])
    assert over.location == sent.location.partition("/made")[0]
    with reading(desk.room.desks) as session:
        assert len(webhooks_of(session, owner)) == 1


def test_a_webhook_into_the_private_network_is_refused(browser: DeskClient) -> None:
    for url in ("https://127.0.0.1/", "https://169.254.169.254/", "https://[::1]/"):
        answer = browser.post("/employer/webhooks", data={"url": url})
        assert answer.status_code == 422
        assert f'value="{url}"' in answer.text


def test_a_list_that_waits_says_so_and_what_comes_next(desk: EmployerDesk) -> None:
    browser = desk.employer()[1]
    with every_place_taken(desk.room):
        upload = {"file": (io.BytesIO(csv_text([HEADINGS]).encode()), "名单.csv"), "watch": "yes"}
        at = browser.post("/employer/checks", data=upload).location
        page = browser.get(f"{at}?lang=zh", follow_redirects=True).text
        told = browser.get(f"{at}/progress").get_json()
        assert "等待核验" in page and "逐行核验" in page
        assert "名单：名单.csv" in page
        assert "名单.csv" in browser.get("/employer/checks").text
        assert 'data-part="count" hidden' in page
        assert re.search(r"<progress[^>]* value=", page) is None
        assert (told["state"], told["total"]) == ("running", 0)
        assert "等待核验" in told["text"]
    until = time.monotonic() + WAIT_SECONDS
    while browser.get(f"{at}/progress").get_json()["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.2)
    refused = browser.get(f"{at}?lang=zh", follow_redirects=True).text
    assert "名单不能核验" in refused
    listed = browser.get("/employer/checks").text
    assert "名单.csv" in listed and "已开启" not in listed
    assert "已列入变动提醒" not in refused


def test_a_form_without_a_file_says_so(browser: DeskClient) -> None:
    assert browser.post("/employer/checks", data={}).status_code == 422
    empty = browser.post("/employer/checks", data={"file": (io.BytesIO(), "名单.csv")})
    assert empty.status_code == 422 and "所选文件是空的" in empty.text


def test_a_slow_list_says_why_and_how_long_it_will_take() -> None:
    assert (minutes_left(100, 300, 60.0), minutes_left(2, 300, 5.0)) == (2, 0)
    state = JobState(done=100, total=300, minutes_left=2, slowed=True)
    told = progress_words(state)
    assert "未查询到的行较多，核验因此放慢；预计还需约 2 分钟" in told.zh
    assert "about 2 minutes left" in told.en


def test_a_result_goes_when_its_time_is_over(
    desk: EmployerDesk, browser: DeskClient, checked: str
) -> None:
    began = desk.desks.clock.now
    desk.desks.clock.now = began + KEPT_FOR + timedelta(days=1)
    collect_all(desk.room)
    with reading(desk.room.desks) as session:
        assert session.scalar(select(func.count(EmployerCheck.id))) == 0
    desk.desks.clock.now = began
    assert browser.get(checked).status_code == 404
