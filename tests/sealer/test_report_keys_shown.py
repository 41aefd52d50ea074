"""The public page of reports shows by which certificates reports were sealed, and when."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from issuer.report_key_custody import make_report_key, revoke_report_key
from issuer.report_key_files import read_report_keys
from issuer.tending import open_tender
from tests.conftest import PASSPHRASE
from tests.issuer.seal_homes import real_now
from tests.sealer.report_homes import ReportHome
from verifier.site.present import beijing_time
from wsgi import create_public_app


def test_a_home_of_before_the_list_shows_its_former_keys_once_it_is_tended(
    desk: ReportHome, tmp_path: Path
) -> None:
    copy = tmp_path / "home"
    shutil.copytree(desk.home.path, copy)
    home = type(desk.home).open(copy, environment={})
    (first,) = read_report_keys(home)
    later = real_now() + timedelta(days=400)
    make_report_key(home, "后任", None, PASSPHRASE, now=later, crl_url=None)
    listed = home.former_report_keys_path.read_bytes()
    home.former_report_keys_path.unlink()
    with open_tender(home, PASSPHRASE, clock=real_now):
        pass
    assert home.former_report_keys_path.read_bytes() == listed
    assert first.chain.fingerprint in listed.decode()


def test_the_page_shows_the_fingerprints_of_former_keys_with_their_time(
    desk: ReportHome, tmp_path: Path
) -> None:
    copy = tmp_path / "home"
    shutil.copytree(desk.home.path, copy)
    home = type(desk.home).open(copy, environment={})
    (first,) = read_report_keys(home)
    later = real_now() + timedelta(days=400)
    second = make_report_key(home, "后任", None, PASSPHRASE, now=later, crl_url=None)
    revoke_report_key(home, first.key_id, PASSPHRASE, now=later + timedelta(days=40))
    third = make_report_key(
        home, "再任", None, PASSPHRASE, now=later + timedelta(days=80), crl_url=None
    )
    app = create_public_app(home)
    page = app.test_client().get("/report").text
    for one in (app.extensions["yanzhen_verifier"], app.extensions["yanzhen_reports"]):
        one.close()
    shown, former = page.partition("此前用过")[::2]
    marks = [
        bytes.fromhex(key.chain.fingerprint).hex(":").upper() for key in (third, second, first)
    ]
    assert marks[0] in shown and marks[0] not in former
    assert former.index(marks[1]) < former.index(marks[2])
    made = beijing_time(later).zh.removeprefix("北京时间 ").partition(" ")[0]
    line = former.partition(marks[2])[0].rpartition("<li>")[2]
    assert f"至{made}，" in line and "撤销" in line
    home.former_report_keys_path.write_text('{"keys": [{"sha256": "x"}]}')
    assert "此前用过" not in app.test_client().get("/report").text
