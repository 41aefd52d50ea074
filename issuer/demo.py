"""The demo: a fictional authority and body, demo keys, and the sample roster issued for real.

Everything made here carries 样本 SAMPLE and is signed by keys that every verifier names as demo.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
import shlex
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from codes.levels import Level
from codes.number import parse_prefix
from codes.qr_text import decode_qr_text, encode_qr_text
from codes.record import decode_record, encode_record
from codes.wording import Text
from issuer.awarding import read_private
from issuer.custody import make_key
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.faces import face_of
from issuer.filing import parse_filing
from issuer.filing_record import record_filing
from issuer.issuing import Progress
from issuer.opening import announce_host, open_desk
from issuer.photos import PhotoFolder
from issuer.publishing import publish
from issuer.report_key_custody import ensure_report_key
from issuer.root_custody import ensure_root, open_root_keys
from issuer.roster import read_roster
from issuer.run import IssueRun, RunSummary, issue_and_report
from issuer.sample import write_sample, write_trial
from issuer.seal_custody import ensure_seal
from keys.algorithms import Algorithm
from keys.seal_authority import SealSubject
from registry.home import Home
from registry.models import Award, Copy
from registry.schema import open_registry
from registry.session import reading, transaction
from registry.store import write_durably

PREFIX = "S000012000123"
BATCH = "样本批次"
_PORT_FILE = "port"
REPORTS_BY = "津城样本技能评价查验中心（虚构）"
_FILING = {
    "name": "津城样本职业技能评价中心（虚构）",
    "prefix": PREFIX,
    "address": "虚构地址，仅供演示",
    "scopes": [{"occupation": "3-02-02-00", "levels": [3, 2, 1], "from": "2024-01-01"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo folder: the home, its passphrase file, the roster, the certificates, demo.json."""

    folder: Path

    @property
    def home(self) -> Path:
        """The demo's home."""
        return self.folder / "home"

    @property
    def passphrase_file(self) -> Path:
        """The passphrase of the demo's keys; worth nothing outside the demo."""
        return self.folder / "passphrase.txt"

    @property
    def certificates(self) -> Path:
        """Where the PDFs are."""
        return self.folder / "certificates"

    @property
    def trial(self) -> Path:
        """Where the roster and photos lie that a newcomer hands in at the desks."""
        return self.folder / "desk"

    @property
    def listing(self) -> Path:
        """demo.json: what was issued."""
        return self.folder / "demo.json"

    def keep_port(self, port: int) -> None:
        """Remember at which port the demo is served, for whoever asks from another terminal."""
        write_durably(self.folder / _PORT_FILE, str(port).encode())

    def read_port(self) -> int | None:
        """Return the port at which the demo was served last; None where it never was."""
        file = self.folder / _PORT_FILE
        return int(file.read_bytes()) if file.is_file() else None


def issue_demo(
    demo: Demo, *, public_url: str, clock: Callable[[], datetime], progress: Progress
) -> tuple[Home, RunSummary]:
    """Issue the sample roster in a demo folder, made if new, and write demo.json.

    Run again, it continues what an interrupted run left.

    Raises:
        IssuerError: the sample roster was refused (`demo_refused`); others as `issue_batch`.
    """
    passphrase = _passphrase(demo)
    home = _home(demo, passphrase, clock)
    roster = write_sample(demo.folder / "roster")
    write_trial(demo.trial)
    table = read_roster(roster)
    run = IssueRun(roster=roster, prefix=PREFIX, batch=BATCH, out=demo.certificates, photos=None)
    with (
        open_desk(
            home,
            prefix=PREFIX,
            passphrase=passphrase,
            public_url=public_url,
            sample=True,
            clock=clock,
        ) as desk,
        PhotoFolder(run.photo_folder) as photos,
    ):
        announce_host(desk, public_url, another=False)
        summary = issue_and_report(run, desk, table, photos, skip_bad=False, progress=progress)
        if summary.refused:
            raise IssuerError(
                "demo_refused",
                Text(
                    f"样本花名册未通过检查：{summary.lines()[0].zh}",
                    f"the sample roster was refused: {summary.lines()[0].en}",
                ),
            )
        listing = json.dumps(_listing(desk, summary), ensure_ascii=False, indent=2)
    write_durably(demo.listing, listing.encode() + b"\n")
    return home, summary


def _passphrase(demo: Demo) -> bytes:
    demo.folder.mkdir(parents=True, exist_ok=True)
    if not demo.passphrase_file.exists():
        write_durably(demo.passphrase_file, secrets.token_urlsafe(18).encode())
    return demo.passphrase_file.read_bytes()


def _home(demo: Demo, passphrase: bytes, clock: Callable[[], datetime]) -> Home:
    """Open the demo's home; make it, file the body, make its keys and seal, as far as missing."""
    if demo.home.exists():
        home = Home.open(demo.home, environment={})
    else:
        home = Home.create(demo.home, demo=True, passphrase=passphrase, now=clock(), environment={})
    now = clock()
    ensure_root(home, passphrase, now=now)
    signers = open_root_keys(home, passphrase)
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        site = record_filing(session, parse_filing(_FILING), now=now)
        if not site.keys:
            make_key(
                session,
                home,
                site,
                passphrase,
                algorithm=Algorithm.ES256,
                valid_from=shanghai_day(now),
                valid_to=None,
            )
        if not home.key_document_path.exists():
            publish(session, home, now=now, signers=signers)
        subject = SealSubject(
            name=site.body.name, credit_code=site.body.credit_code, demo=home.demo
        )
    ensure_seal(home, PREFIX, subject, passphrase, now=now, crl_url=None)
    ensure_report_key(home, REPORTS_BY, passphrase, now=now)
    return home


def _listing(desk: Desk, summary: RunSummary) -> list[dict[str, object]]:
    numbers = sorted(summary.files)
    with reading(desk.engine) as session:
        query = select(Copy).join(Award, Copy.award_id == Award.id).order_by(Award.number)
        copies = [copy for copy in session.scalars(query) if copy.award.number in numbers]
        return [_entry(desk, copy, summary.files[copy.award.number]) for copy in copies]


def _entry(desk: Desk, copy: Copy, pdf: Path) -> dict[str, object]:
    award = copy.award
    private = read_private(desk, award)
    return {
        "number": award.number,
        "name": private.name,
        "document_type": private.document_type.zh,
        "document_number": private.document_number,
        "level": award.level,
        "pdf": str(pdf.absolute()),
        "qr_text": face_of(desk, copy).qr_text,
    }


def demo_address(host: str, port: int) -> str:
    """Return the address a phone can open: for 0.0.0.0 this machine's own on its network."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - asked for by the person who runs the demo
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                # Connecting a datagram socket sends nothing; it only chooses the way out.
                probe.connect(("192.0.2.1", 9))
                host = probe.getsockname()[0]
            except OSError:
                host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def altered_qr_text(qr_text: str) -> str:
    """Return a QR text whose record was changed (another level) and whose signature was kept."""
    reading = decode_qr_text(qr_text)
    record = decode_record(reading.payload)
    number = record.number
    level = Level.TWO if number.level is not Level.TWO else Level.THREE
    other = parse_prefix(number.prefix).number(year=number.year, level=level, serial=number.serial)
    changed = dataclasses.replace(record, number=other)
    return encode_qr_text(
        qr_text[: qr_text.index("#") + 1],
        algorithm=reading.algorithm,
        payload=encode_record(changed),
        signature=reading.signature,
    )


def welcome(certificates: Path, url: str, links: dict[str, str]) -> Text:
    """Return what the demo says once its samples are there."""
    return Text(
        f"样本证书：{certificates.absolute()}\n核验网站：{url}\n试一试：\n"
        f"  真实的  {links['genuine']}\n  改动过的  {links['altered']}\n"
        "    （同一张真实证书，级别被改成另一级，签名照旧）\n"
        f"  查不到的  {links['unknown']}（打开后按“查询核验”）",
        f"Sample certificates: {certificates.absolute()}\nVerifier: {url}\nTry these:\n"
        f"  genuine  {links['genuine']}\n  altered  {links['altered']}\n"
        "    (the genuine one with another level; its signature was kept)\n"
        f"  unknown  {links['unknown']} (then press Check)",
    )


def program_called(called: str) -> str:
    """Return how to call this program again from the same folder, given how it was called."""
    return shlex.quote(called) if Path(called).name == "yanzhen" else "yanzhen"


def audit_command(called: str, url: str, pin: str) -> Text:
    """Return what the demo says last: how to audit its log, and how to stop it."""
    audit = f"{program_called(called)} audit --url {url}/log --trust {url}/keys.json --root {pin}"
    return Text(
        f"核对公开日志（另开一个终端）：\n  {audit} --memory audit.json\n按 Ctrl-C 停止。",
        f"Audit the public log, in another terminal:\n  {audit} --memory audit.json\n"
        "Ctrl-C stops it.",
    )
