"""An application that lies at the authority's desk of a demo, so that there is something to do.

It is taken in by the calls that the desk makes for what a clerk types.
"""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import select

from accounts.bureau import Bureau
from issuer.application_form import parse_application
from issuer.applications import MaterialFile, submit
from issuer.desk import shanghai_day
from issuer.filing_acts import Decision
from registry.filing_models import FilingApplication
from registry.home import Home
from registry.session import reading, transaction

_GROUND: Final = "演示"
_MATERIALS: Final = ("营业执照", "考评员、督导员名册", "场地和设施设备证明")
_APPLICATION: Final = {
    "name": "海河样本技能评价有限公司（虚构）",
    "credit_code": "91120000MA0000001Q",
    "category": "S",
    "occupations": [{"occupation": "3-02-02-00", "levels": [3, 2]}],
    "sites": [{"address": "天津市虚构区样本路 8 号", "serial": "000124"}],
    "staff": {"examiners": 9, "supervisors": 2},
    "materials": [{"title": title, "file": f"{title}.txt"} for title in _MATERIALS],
}


def leave_application(home: Home, passphrase: bytes, bureau: Bureau, clerk: str) -> None:
    """Take a fictional application in, unless there ever was one in this demo.

    Args:
        clerk: the name of who takes it in.
    """
    with reading(bureau.register) as session:
        if session.scalar(select(FilingApplication.id).limit(1)) is not None:
            return
    now = bureau.clock()
    form = parse_application(_APPLICATION, today=shanghai_day(now))
    materials = tuple(_material(title) for title in _MATERIALS)
    decision = Decision(decider=clerk, decided_on=shanghai_day(now))
    bureau.note(clerk, "filing.apply", "", _GROUND)
    with transaction(bureau.register) as session:
        submit(session, home, home.vault(passphrase), form, materials, decision, now=now)


def _material(title: str) -> MaterialFile:
    content = f"{title}\n样本，虚构，仅供演示。\n".encode()
    return MaterialFile(title=title, content=content, sha256=hashlib.sha256(content).hexdigest())
