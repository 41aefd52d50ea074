"""A police case from a forged photo to an evidence bundle that public tools verify."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from issuer.sealing import open_seal
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PREFIX
from tests.issuer.seal_homes import real_now
from tests.keys.seal_samples import need_openssl
from tests.pdf.page_samples import need
from tests.verifier.police_homes import (
    AUDITOR,
    ONE,
    REFERENCE,
    PoliceHome,
    open_police_home,
)
from verifier.cases.bundle_readme import commands
from wsgi import create_public_app


@dataclass(frozen=True, slots=True)
class Walked:
    """A case with a forged photo in it."""

    desk: PoliceHome
    case_id: int
    place: int

    @property
    def address(self) -> str:
        return f"/police/cases/{self.case_id}"


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """The desks after an officer opened a case and handed a forged photo in."""
    with open_police_home(tmp_path_factory.mktemp("police")) as desk:
        case_id = desk.open_case()
        place = desk.hand_in(case_id, desk.forged, number=desk.number)
        yield Walked(desk, case_id, place)


def bundle_of(walked: Walked) -> bytes:
    status, _, data = walked.desk.post(f"{walked.address}/bundle")
    assert status == 200, data[:400]
    return data


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one command of a README as somebody would who copies it into a shell."""
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )


def unpacked(data: bytes, folder: Path) -> list[str]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        archive.extractall(folder)
    return commands((folder / "README.txt").read_text(encoding="utf-8"))


def test_the_page_of_a_paper_shows_verdict_boxes_and_report(walked: Walked) -> None:
    page = walked.desk.page(f"{walked.address}/papers/{walked.place}")
    assert "与登记内容不符" in page
    assert "一级/高级技师" in page
    assert "下载报告（PDF，已封签）" in page
    assert hashlib.sha256(walked.desk.forged).hexdigest() in page
    with_picture = f"{walked.address}/papers/{walked.place}/picture"
    _, _, pdf = walked.desk.post(f"{walked.address}/papers/{walked.place}/report/pdf")
    assert pdf.startswith(b"%PDF-")
    assert walked.desk.status(with_picture) == 200


def test_the_bundle_verifies_by_the_commands_of_its_readme_alone(
    walked: Walked, tmp_path: Path
) -> None:
    need_openssl()
    need(shutil.which("pdfsig") is not None, "pdfsig (package poppler-utils)")
    ran = unpacked(bundle_of(walked), tmp_path)
    assert len(ran) == 8
    said = {command.split()[0]: run(command, tmp_path) for command in ran}
    for command in ran:
        done = run(command, tmp_path)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    sums = run(ran[0], tmp_path)
    assert (
        sums.stdout.count(": OK") == len([one for one in tmp_path.rglob("*") if one.is_file()]) - 3
    )
    assert "Verification successful" in run(ran[2], tmp_path).stderr
    assert "Signature is Valid." in said["pdfsig"].stdout
    assert "Total document signed" in said["pdfsig"].stdout
    assert run(ran[1], tmp_path).stdout == run(ran[7], tmp_path).stdout == ""
    assert (tmp_path / "originals/01.jpg").read_bytes() == walked.desk.forged


def resigned(data: bytes, desk: PoliceHome, folder: Path) -> list[str]:
    """Unpack a bundle with another verdict in it, its list signed anew by a body's own seal."""
    ran = unpacked(data, folder)
    verdict = folder / "verdicts/01.json"
    verdict.write_bytes(verdict.read_bytes().replace(b'"altered"', b'"valid"'))
    names = [line.partition("  ")[2] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = "".join(
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    ).encode()
    (folder / "SHA256SUMS").write_bytes(sums)
    seal = open_seal(desk.home, PREFIX, PASSPHRASE, clock=real_now)
    (folder / "SHA256SUMS.p7s").write_bytes(seal.sign(hashlib.sha256(sums).digest()))
    return ran


@pytest.mark.parametrize("forged", [False, True], ids=["the report key", "a body's seal"])
def test_who_signed_is_told_by_the_third_step(walked: Walked, tmp_path: Path, forged: bool) -> None:
    need_openssl()
    data, desk = bundle_of(walked), walked.desk
    ran = resigned(data, desk, tmp_path) if forged else unpacked(data, tmp_path)
    assert [run(command, tmp_path).returncode for command in ran[:6]] == [0] * 6
    readme = (tmp_path / "README.txt").read_text(encoding="utf-8")
    asked = re.search("CN（名称）须以“(.+?)”开头", readme)
    assert asked is not None
    told = run(ran[3], tmp_path).stdout
    name = told.partition("CN=")[2] or told.partition("CN = ")[2]
    assert name.startswith(asked[1]) is not forged
    fingerprint = told.rpartition("Fingerprint=")[2].strip()
    public = create_public_app(desk.home).test_client().get("/report").text
    assert (fingerprint in public) is not forged
    serial = re.search("serial=([0-9A-F]+)", told)
    assert serial is not None
    assert serial[1] not in run(ran[5], tmp_path).stdout


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ("originals/01.jpg", 0),
        ("case.json", 0),
        ("custody.jsonl", 7),
        ("SHA256SUMS", 2),
        ("SHA256SUMS.p7s", 2),
    ],
)
def test_one_changed_byte_is_found_by_the_commands(
    walked: Walked, tmp_path: Path, changed: str, step: int
) -> None:
    need_openssl()
    ran = unpacked(bundle_of(walked), tmp_path)
    data = bytearray((tmp_path / changed).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / changed).write_bytes(data)
    done = run(ran[step], tmp_path)
    assert done.returncode != 0


@pytest.mark.parametrize(
    "added", ["originals/99.jpg", ".hidden", "verdicts/SHA256SUMS", "新 卷.pdf"]
)
def test_a_file_put_in_afterwards_is_found_by_the_commands(
    walked: Walked, tmp_path: Path, added: str
) -> None:
    ran = unpacked(bundle_of(walked), tmp_path)
    (tmp_path / added).write_bytes(b"added")
    assert run(ran[0], tmp_path).returncode == 0
    done = run(ran[1], tmp_path)
    assert (done.returncode, done.stdout) == (1, f"ADDED {added}\n")


def test_the_bundle_holds_the_boxed_picture_report_and_custody(
    walked: Walked, tmp_path: Path
) -> None:
    unpacked(bundle_of(walked), tmp_path)
    picture = np.asarray(Image.open(tmp_path / "pictures/01.jpg").convert("RGB")).astype(int)
    reds = (picture[..., 0] > 180) & (picture[..., 1] < 60) & (picture[..., 2] < 60)
    assert reds.sum() > 500
    lines = (tmp_path / "custody.jsonl").read_text(encoding="utf-8").splitlines()
    acts = [json.loads(line)["act"] for line in lines]
    assert acts[:4] == ["open", "receive", "judge", "report"]
    received = json.loads(lines[1])
    assert received["sha256"] == hashlib.sha256(walked.desk.forged).hexdigest()
    assert (received["from"], received["actor"]) == ("某公司人事部", ONE.name)
    case = json.loads((tmp_path / "case.json").read_bytes())
    assert case["reference"] == REFERENCE
    assert case["items"][0]["outcome"] == "altered"
    report = json.loads(next((tmp_path / "reports").glob("*.json")).read_bytes())["report"]
    assert report["verdict"]["outcome"] == "altered"


def test_names_of_files_show_all_they_hold(walked: Walked, tmp_path: Path) -> None:
    desk, case_id = walked.desk, walked.desk.open_case("公刑〔2026〕9号")
    names = ("a\u202efdp.exe.png", "n\u200bu\x01l.png")
    for at, name in enumerate(names):
        desk.hand_in(
            case_id, f"no picture {at}".encode(), name, giver="甲\u202e乙", unread_kept="yes"
        )
    page = desk.page(f"/police/cases/{case_id}")
    assert "a\ufffdfdp.exe.png" in page and "n\ufffdu\ufffdl.png" in page
    custody = desk.page(f"/police/cases/{case_id}/custody")
    for shown in (page, custody):
        assert not set("\u202e\u200b\x00\x01") & set(shown)


def test_custody_names_the_bundle_that_was_handed_out(walked: Walked) -> None:
    digest = hashlib.sha256(bundle_of(walked)).hexdigest()
    page = walked.desk.page(f"{walked.address}/custody")
    assert re.search(r"北京时间 \d{4}年\d+月\d+日 \d\d:\d\d:\d\d", page)
    assert not re.search(r"日 \d\d:\d\d<", page)
    assert digest in page
    assert "逐条相连，与审计记录一致" in page


def test_only_officers_see_cases(walked: Walked) -> None:
    assert walked.desk.status(walked.address, AUDITOR) == 403
    assert walked.desk.status("/police/cases/999") == 404
    assert walked.desk.status(f"{walked.address}/papers/99") == 404
    assert walked.desk.status(f"/police/cases/999/papers/{walked.place}") == 404


def test_what_is_typed_is_escaped_and_forms_say_what_is_missing(walked: Walked) -> None:
    status, _, body = walked.desk.post("/police/cases/new", reference="<b>x</b>", about="")
    assert status == 422
    assert b"&lt;b&gt;x&lt;/b&gt;" in body
    assert "请填写".encode() in body
    status, _, body = walked.desk.post(f"{walked.address}/papers/new", by="file", giver="甲")
    assert status == 422
    assert "请选择文件".encode() in body
    status, _, body = walked.desk.post(
        f"{walked.address}/papers/new", by="number", giver="甲", number=walked.desk.number
    )
    assert status == 422
