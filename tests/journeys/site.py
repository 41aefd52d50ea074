"""A public site with some certificates on record, and every state of its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from pathlib import Path

import qrcode
from playwright.sync_api import FilePayload, Page

from codes.levels import Level
from codes.record import commit
from keys.algorithms import Algorithm
from keys.document import Host, KeyDocument
from keys.trust_list import TrustList
from registry.log_reader import LogReader
from registry.models import AwardStatus, CopyState
from registry.row_reader import Rows
from tests.journeys.conftest import serving
from tests.journeys.site_apps import make_app
from tests.keys.trust_samples import trust_list
from tests.verifier.papers import paper
from tests.verifier.world import (
    DOCUMENT,
    NAME,
    NOW,
    PEPPER,
    CopyPlan,
    Issued,
    World,
    body_key,
    key_document,
    make_record,
    sign_record,
)
from verifier.service import Verifier

PHONE = (390, 844)
DESK = (1280, 800)
LAN_HOST = "lan.example"
"""A host without https that the browser is told to find here: no WebCrypto for it."""


@dataclass(slots=True)
class Site:
    """A running site; `look` and `document` may be exchanged while it runs.

    Args:
        address: scheme, host and port.
        current: a certificate in force, as a file too.
        edwards: one signed with EdDSA.
        sm2: one signed with SM2.
        revoked: one that was revoked.
        superseded: a copy made void by a reissue.
        archive: an archive duplicate of one in force.
        unrecorded: signed, but never put on record.
        unfiled: signed for a level the body is not filed for.
    """

    world: World
    document: KeyDocument
    look: Callable[[], AbstractContextManager[Rows]]
    address: str = ""
    folder: Path = field(default_factory=Path)
    current: Issued = field(init=False)
    edwards: Issued = field(init=False)
    sm2: Issued = field(init=False)
    revoked: Issued = field(init=False)
    superseded: Issued = field(init=False)
    archive: Issued = field(init=False)
    unrecorded: Issued = field(init=False)
    unfiled: Issued = field(init=False)

    def trust(self) -> TrustList:
        """The trust list this site works by."""
        return trust_list(self.document)

    def link(self, issued: Issued) -> str:
        """What the QR code of a certificate opens."""
        return issued.qr_text(f"{self.address}/q#")

    def altered_link(self) -> str:
        """A link whose signature no longer fits."""
        link = self.link(self.current)
        return link[:-20] + str((int(link[-20]) + 1) % 10) + link[-19:]

    def file(self, name: str) -> str:
        """The path of one of the files to upload."""
        return str(self.folder / name)


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Serve a site whose own hosts are the ones it is reached by."""
    world = World.make(folder)
    site = Site(world=world, document=key_document(demo=True), look=world.look)
    site.folder = folder
    log = LogReader(world.log_folder)
    verifier = Verifier(site.trust, lambda: site.look(), PEPPER, lambda: NOW, log=log)
    with serving(make_app(verifier)) as address:
        site.address = address
        port = address.rpartition(":")[2]
        site.document = replace(
            site.document,
            hosts=tuple(
                Host(host=f"{name}:{port}", valid_from=date(2020, 1, 1), valid_to=None)
                for name in ("127.0.0.1", LAN_HOST)
            ),
        )
        _put_on_record(site)
        yield site
    verifier.close()
    world.engine.dispose()


def _put_on_record(site: Site) -> None:
    site.current = sign_record(make_record(serial=1))
    pdf = paper(site.current, qr_text=site.link(site.current), sample=True)
    (site.folder / "certificate.pdf").write_bytes(pdf)
    edited = paper(site.current, qr_text=site.link(site.current), sample=True, holder_name="欧阳丽")
    (site.folder / "edited.pdf").write_bytes(edited)
    (site.folder / "nothing.pdf").write_bytes(b"no certificate")
    sha256 = hashlib.sha256(pdf).hexdigest()
    site.world.record(CopyPlan(issued=site.current, pdf_sha256=sha256))
    edwards = body_key(Algorithm.EDDSA)
    site.edwards = sign_record(make_record(serial=2, key=edwards, print_serial=2), edwards)
    site.world.record(CopyPlan(issued=site.edwards))
    national = body_key(Algorithm.SM2)
    site.sm2 = sign_record(make_record(serial=8, key=national, print_serial=8), national)
    site.world.record(CopyPlan(issued=site.sm2))
    site.revoked = sign_record(make_record(serial=3, print_serial=3))
    site.world.record(CopyPlan(issued=site.revoked), status=AwardStatus.REVOKED)
    site.superseded = sign_record(make_record(serial=4, print_serial=4))
    reissued = sign_record(make_record(serial=4, print_serial=5))
    site.world.record(
        CopyPlan(issued=site.superseded, state=CopyState.SUPERSEDED), CopyPlan(issued=reissued)
    )
    site.archive = sign_record(make_record(serial=9, print_serial=9))
    site.world.record(CopyPlan(issued=site.archive, state=CopyState.ARCHIVE))
    site.unrecorded = sign_record(
        make_record(serial=6, print_serial=6, commitment=commit(b"t" * 16, DOCUMENT, b"h" * 32))
    )
    site.unfiled = sign_record(make_record(serial=7, print_serial=7, level=Level.ONE))


# ── the states of the pages, each reached as a person would ──────────


def _look_up(number: str, name: str) -> Callable[[Page, Site], None]:
    def reach(page: Page, site: Site) -> None:
        page.goto(site.address)
        page.fill("#number", number.format(number=site.current.number))
        page.fill("#name", name)
        page.click(".look-up button")

    return reach


def _scan(link: Callable[[Site], str]) -> Callable[[Page, Site], None]:
    def reach(page: Page, site: Site) -> None:
        page.goto("about:blank")
        page.goto(link(site))
        page.wait_for_selector("#outcome")
        page.wait_for_selector("[data-slot=asking]", state="detached")

    return reach


def _upload(name: str) -> Callable[[Page, Site], None]:
    def reach(page: Page, site: Site) -> None:
        page.goto(site.address)
        page.set_input_files("#file", site.file(name))
        page.click(".upload button")
        page.wait_for_selector("#outcome")

    return reach


def _open(path: str, wait_for: str = "h1") -> Callable[[Page, Site], None]:
    def reach(page: Page, site: Site) -> None:
        page.goto("about:blank")
        page.goto(site.address + path)
        page.wait_for_selector(wait_for)

    return reach


def _look_up_on_a_day(page: Page, site: Site) -> None:
    page.goto(site.address)
    page.click("details.more summary")
    page.fill("#on", "2026-11-01")


def _asking(page: Page, site: Site) -> None:
    page.route("**/api/**", lambda route: None)
    page.goto("about:blank")
    page.goto(site.link(site.current))
    page.wait_for_selector("[data-slot=asking]")


def _open_meanings(page: Page, site: Site) -> None:
    page.goto(site.address)
    page.click("details summary")


def _without_answer(page: Page, site: Site) -> None:
    page.route("**/api/**", lambda route: route.abort())
    _scan(lambda site: site.link(site.current))(page, site)
    page.unroute("**/api/**")


def _choose(before: str) -> Callable[[Page, Site], None]:
    def reach(page: Page, site: Site) -> None:
        file = BytesIO()
        qrcode.make(before + site.link(site.current).partition("#")[2]).save(file, "PNG")
        page.goto(f"{site.address}/scan")
        picture: FilePayload = {"name": "x", "mimeType": "image/png", "buffer": file.getvalue()}
        page.set_input_files("#picture", picture)
        page.wait_for_selector("#outcome")
        page.wait_for_selector("[data-slot=asking]", state="detached")

    return reach


STATES: dict[str, Callable[[Page, Site], None]] = {
    "start": _open("/"),
    "start-meanings": _open_meanings,
    "start-day": _look_up_on_a_day,
    "start-refused": _look_up("", ""),
    "result-valid": _look_up("{number}", NAME),
    "result-not-found": _look_up("{number}", "王小明"),
    "result-malformed": _look_up("S0000-1200012326300O1", NAME),
    "result-file-valid": _upload("certificate.pdf"),
    "result-file-altered": _upload("edited.pdf"),
    "result-file-unread": _upload("nothing.pdf"),
    "scan-valid": _scan(lambda site: site.link(site.current)),
    "scan-revoked": _scan(lambda site: site.link(site.revoked)),
    "scan-superseded": _scan(lambda site: site.link(site.superseded)),
    "scan-archive": _scan(lambda site: site.link(site.archive)),
    "scan-asking": _asking,
    "scan-altered": _scan(Site.altered_link),
    "scan-unrecorded": _scan(lambda site: site.link(site.unrecorded)),
    "scan-unfiled": _scan(lambda site: site.link(site.unfiled)),
    "scan-without-answer": _without_answer,
    "scan-damaged": _scan(lambda site: site.link(site.current)[:200]),
    "scan-without-fragment": _open("/q", ".banner"),
    "scanner": _open("/scan"),
    "scanner-foreign": _choose("https://query-certificates.example/q#"),
    "no-such-page": _open("/nowhere"),
}
