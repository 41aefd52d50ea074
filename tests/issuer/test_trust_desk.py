"""A trust list whose root keys lie off line: downloaded, signed apart, handed in part by part."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from issuer.ceremony import dump_draft, parse_draft, sign_draft
from issuer.opening import trust_source
from issuer.root_custody import (
    compose_root,
    ensure_root,
    open_root_keys,
    put_root,
    read_roots,
    sign_root,
)
from keys.algorithms import Algorithm
from keys.root_signing import generate_root_key
from registry.home import Home
from tests.conftest import PASSPHRASE
from tests.issuer.authority_desk import CLERK, DIRECTOR, AuthorityDesk


def part(data: bytes) -> tuple[BytesIO, str]:
    return BytesIO(data), "signed.json"


def test_parts_are_collected_until_the_list_is_complete(home: Home, tmp_path: Path) -> None:
    desk = AuthorityDesk(home, tmp_path / "in")
    now = datetime(2026, 11, 2, 3, tzinfo=UTC)
    ensure_root(home, PASSPHRASE, now=now)
    former = read_roots(home)[-1].document
    keys = [generate_root_key(Algorithm.ES256) for _ in range(2)]
    composed = compose_root(former, [key.public for key in keys], threshold=2, now=now)
    put_root(home, sign_root(composed, [*open_root_keys(home, PASSPHRASE), *keys]))

    assert desk.post(DIRECTOR, "/filing/trust/compose", sure="yes").status_code == 303
    page = desk.get(CLERK, "/filing/trust").text
    assert "待签：第 1 版" in page and "下载待签文件" in page
    draft = desk.get(CLERK, "/filing/trust/draft.json").data
    unsigned = desk.post(CLERK, "/filing/trust/parts", parts=part(draft))
    assert (unsigned.status_code, "没有新的有效签名" in unsigned.text) == (422, True)
    parts = [dump_draft(sign_draft(parse_draft(draft), key)) for key in keys]
    assert desk.post(CLERK, "/filing/trust/parts", parts=part(parts[0])).status_code == 303
    assert "1 个" in desk.get(CLERK, "/filing/trust").text
    assert not home.key_document_path.exists()
    wrong = desk.post(CLERK, "/filing/trust/parts", parts=part(b"{}"))
    assert (wrong.status_code, 'id="parts-wrong"' in wrong.text) == (422, True)
    assert desk.post(CLERK, "/filing/trust/parts", parts=part(parts[1])).status_code == 303
    page = desk.get(CLERK, "/filing/trust").text
    assert "没有待签的信任列表" in page and trust_source(home)().sha256.hex() in page
    assert home.key_document_path.exists()
