"""A link somebody was sent: whose host it is, what it was made to look like, what it carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient

from codes.wording import Language, Text
from keys.document import Host
from tests.journeys.site_apps import make_app
from tests.verifier.world import (
    HOST,
    PEPPER,
    CopyPlan,
    Issued,
    World,
    key_document,
    make_record,
    sign_record,
)
from verifier.api.problems import ProblemCode
from verifier.errors import KeyDocumentUnavailable, UsageError
from verifier.finding_codes import Code
from verifier.link_hosts import Likeness, likeness, plain_host
from verifier.links import LinkKind, check_link, link_to_json
from verifier.opening import utc_now
from verifier.service import Verifier
from verifier.show import show_link

KNOWN = ("yz.example.cn", "jndj.osta.org.cn", "127.0.0.1:8000")


@pytest.fixture
def issued(world: World) -> Issued:
    made = sign_record(make_record())
    world.record(CopyPlan(issued=made))
    return made


@pytest.fixture
def verifier(world: World) -> Iterator[Verifier]:
    made = world.verifier()
    yield made
    made.close()


def codes(verifier: Verifier, link: str) -> set[str]:
    return {one.code for one in check_link(verifier, link).findings}


@pytest.mark.parametrize(
    ("host", "known", "how"),
    [
        ("yz.exarnple.cn", "yz.example.cn", Likeness.LETTERS),
        ("yz.examp1e.cn", "yz.example.cn", Likeness.LETTERS),
        ("\u0443z.example.cn", "yz.example.cn", Likeness.LETTERS),  # a Cyrillic letter
        ("xn--z-bub.example.cn", "yz.example.cn", Likeness.LETTERS),  # the same, as DNS has it
        ("y\u017a.example.cn", "yz.example.cn", Likeness.LETTERS),  # an accent
        ("yz.example.com", "yz.example.cn", Likeness.SUFFIX),
        ("yz.example.com.cn", "yz.example.cn", Likeness.SUFFIX),
        ("yz.example.cn.query.top", "yz.example.cn", Likeness.SUBDOMAIN),
        ("yz-example-cn.top", "yz.example.cn", Likeness.SUBDOMAIN),
        ("www.yz.example.cn.com", "yz.example.cn", Likeness.SUBDOMAIN),
        ("jndj.osta.org.cn.cx", "jndj.osta.org.cn", Likeness.SUBDOMAIN),
        ("jndj-osta.com", "jndj.osta.org.cn", Likeness.SUBDOMAIN),
        ("jndj.osta-org.cn", "jndj.osta.org.cn", Likeness.POINTS),
        ("jndjosta.org.cn", "jndj.osta.org.cn", Likeness.POINTS),
        ("yz.exampel.cn", "yz.example.cn", Likeness.SPELLING),
        ("yz.exmple.cn", "yz.example.cn", Likeness.SPELLING),
        ("other.example.cn", "yz.example.cn", Likeness.SIBLING),
        ("old.yz.example.cn", "yz.example.cn", Likeness.SIBLING),
        ("yz.example.cn:8443", "yz.example.cn", Likeness.PORT),
        ("127.0.0.1", "127.0.0.1:8000", Likeness.PORT),
    ],
)
def test_a_host_made_to_look_like_a_known_one_is_told_with_how(
    host: str, known: str, how: Likeness
) -> None:
    assert likeness(plain_host(host), KNOWN) == (known, how)


@pytest.mark.parametrize(
    "host", ["www.baidu.com", "qq.com", "10.0.0.1", "gov.cn", "weixin.qq.com", "12333.gov.cn", "a"]
)
def test_a_host_that_merely_is_another_resembles_nothing(host: str) -> None:
    assert likeness(host, KNOWN) is None


@pytest.mark.parametrize(
    "link",
    [
        f"https://{HOST}/q",
        f"HTTPS://{HOST.upper()}/",
        f"https://{HOST}:443/verify",
        f"https://{HOST}./",
        "https://yz\u3002example\uff0ecn/",
        "https:\\\\yz.example.cn\\q",
        "yz.example.cn/q",
        f"【津职鉴】您的证书可在 https://{HOST}/ 查验，谢谢",
    ],
)
def test_own_links_are_known_however_they_are_written(verifier: Verifier, link: str) -> None:
    check = check_link(verifier, link)
    assert check.kind is LinkKind.OURS
    assert check.host == HOST


@pytest.mark.parametrize(
    ("link", "host"),
    [
        (f"https://{HOST}@query.top/q", "query.top"),
        (f"https://{HOST}%2F@query.top/q", "query.top"),
        (f"https://{HOST}\\@query.top/q", HOST),
        (f"https://query.top/{HOST}/q", "query.top"),
        (f"https://query.top/?to=https://{HOST}/q", "query.top"),
    ],
)
def test_a_known_host_at_a_place_that_leads_nowhere_is_a_disguise(
    verifier: Verifier, link: str, host: str
) -> None:
    check = check_link(verifier, link)
    assert check.host == host
    disguised = Code.LINK_DISGUISED in {one.code for one in check.findings}
    assert disguised is (host != HOST)
    assert check.kind is (LinkKind.OURS if host == HOST else LinkKind.FOREIGN)


@pytest.mark.parametrize(
    ("link", "host"),
    [
        (f"https://{HOST}\\.evil.example/", HOST),
        (f"https://{HOST}\\@query.top/q", HOST),
        (f"https://query.top\\@{HOST}/q", "query.top"),
        (f"https:\\\\{HOST}\\q", HOST),
        (f"{HOST}\\.evil.example", HOST),
    ],
)
def test_a_backslash_is_read_as_a_browser_reads_it_and_told(
    verifier: Verifier, link: str, host: str
) -> None:
    check = check_link(verifier, link)
    told = [one for one in check.findings if one.code == "host_disguised"]
    assert (check.host, [one.evidence["host"] for one in told]) == (host, [host])


def test_the_user_before_an_own_host_is_told_once(verifier: Verifier) -> None:
    said = codes(verifier, f"https://anything@{HOST}/v/1")
    assert Code.LINK_DISGUISED in said and "host_disguised" not in said


def test_former_hosts_are_no_longer_ours(world: World) -> None:
    former = Host(host="old.example.org", valid_from=date(2020, 1, 1), valid_to=date(2024, 1, 1))
    document = key_document()
    verifier = world.verifier(replace(document, hosts=(*document.hosts, former)))
    assert check_link(verifier, "https://old.example.org/q").kind is LinkKind.FOREIGN


def test_national_sites_and_unencrypted_links_are_told(verifier: Verifier) -> None:
    assert check_link(verifier, "http://jndj.osta.org.cn/").kind is LinkKind.NATIONAL
    assert Code.LINK_UNENCRYPTED in codes(verifier, f"http://{HOST}/")
    assert Code.LINK_UNENCRYPTED not in codes(verifier, f"https://{HOST}/")


@pytest.mark.parametrize("host", [HOST, "query.top", "yz.example.com"])
def test_a_record_in_a_link_is_verified_here_whatever_host_stands_before_it(
    verifier: Verifier, issued: Issued, host: str
) -> None:
    check = check_link(verifier, issued.qr_text(f"https://{host}/q#"))
    assert Code.LINK_CARRIES_RECORD in {one.code for one in check.findings}
    assert check.verdict is not None
    assert check.verdict.outcome.value == ("valid" if host == HOST else "altered")


def test_an_own_link_that_lost_its_record_says_so(verifier: Verifier) -> None:
    assert Code.LINK_CARRIES_NOTHING in codes(verifier, f"https://{HOST}/q")
    assert check_link(verifier, f"https://{HOST}/q").verdict is None


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "weixin://dl/scan",
        "张三的证书",
        "https://",
        "https:///",
        "12345",
        "S000012000123263000001",
        "https://a b",
        "https://[::1",
        "https://\ud800.cn/",
        "https://%00.cn",
        "//",
        "@",
    ],
)
def test_what_is_no_link_to_a_site_is_malformed_or_foreign_and_never_a_fault(
    verifier: Verifier, link: str
) -> None:
    assert check_link(verifier, link).kind in (LinkKind.MALFORMED, LinkKind.FOREIGN)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  ", ProblemCode.LINK_EMPTY),
        ("https://a.cn https://b.cn", ProblemCode.LINK_SEVERAL),
        ("https://a.cn/" + "x" * 5000, ProblemCode.TEXT_TOO_LONG),
    ],
)
def test_a_question_that_cannot_be_put_is_refused(
    verifier: Verifier, text: str, code: ProblemCode
) -> None:
    with pytest.raises(UsageError) as refused:
        check_link(verifier, text)
    assert refused.value.code == code.value


def test_without_a_trust_list_nothing_is_called_ours_or_foreign() -> None:
    def no_list() -> None:
        raise KeyDocumentUnavailable("key_document_unavailable", Text("没有", "none"))

    verifier = Verifier(no_list, None, PEPPER, utc_now)  # type: ignore[arg-type]
    check = check_link(verifier, f"https://{HOST}/")
    assert check.kind is LinkKind.UNKNOWN
    assert not check.kind.is_known


@pytest.fixture
def client(verifier: Verifier) -> FlaskClient:
    return make_app(verifier).test_client()


def test_site_api_and_command_line_say_the_same(
    client: FlaskClient, verifier: Verifier, issued: Issued
) -> None:
    link = issued.qr_text("https://yz.example.com/q#")
    check = check_link(verifier, link)
    page = re.sub(r"<[^>]+>", " ", client.post("/link", data={"link": link}).text)
    answer = json.loads(client.post("/api/v1/link", json={"link": link}).data)
    assert answer == json.loads(json.dumps(link_to_json(check, Language.ZH)))
    shown = show_link(check, Language.ZH)
    for one in check.findings:
        assert one.text.zh in page
        assert one.text.zh in shown
    assert "yz.example.com" in page
    assert "与登记内容不符" in page


def test_the_page_never_makes_a_link_of_what_was_pasted(client: FlaskClient) -> None:
    page = client.post("/link", data={"link": 'https://query.top/"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page
    assert 'href="https://query.top' not in page
    assert client.get("/link").status_code == 200
    empty = client.post("/link", data={"link": ""})
    assert empty.status_code == 422
    assert "请粘贴要检查的链接" in empty.text


def test_an_imitation_is_called_unofficial_and_leads_to_the_form_that_asks_by_number(
    client: FlaskClient,
) -> None:
    page = client.post("/link?lang=zh", data={"link": "https://jndj.osta.org.cn.example.top/"}).text
    assert '<h1 id="where">不是官方网址，只是看起来像</h1>' in page
    assert '<a href="/">到本站首页按编号查询</a>' in page and "本页按编号" not in page


def test_a_label_that_no_host_can_have_is_not_encoded_and_makes_no_link(world: World) -> None:
    label = "验" * 64
    assert plain_host(f"{label}.cn") == f"{label}.cn"
    assert plain_host(f"{label[1:]}.cn").startswith("xn--")
    assert check_link(world.verifier(), f"https://{label}.cn/q").kind is LinkKind.MALFORMED


def test_a_code_that_leads_to_another_site_is_answered_with_its_host(client: FlaskClient) -> None:
    text = 'http://abc.example/q#12"3'
    page = client.post("/verify/qr", data={"text": text}).text
    assert '<b class="code">abc.example</b>' in page and "二维码指向其他网站" in page
    assert 'action="/link"' in page and 'value="http://abc.example/q#12&#34;3"' in page
    assert "abc.example" in client.post("/link", data={"link": text}).text
    assert 'href="http://abc' not in page
    for other in ("https://yz.example.cn/q#", "WIFI:S:office", "9" * 300, "请看说明"):
        assert 'id="leads"' not in client.post("/verify/qr", data={"text": other}).text, other
