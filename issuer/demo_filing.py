"""Applications at the authority's desk of a demo, so that there is something to do.

One was received today; another, received yesterday, is under public notice from today on, so that
the public may object to it at once; the notice of a third ran out yesterday, so that its filing can
be proposed. All go the way of any other, by the calls that the desk makes for what officials type;
the audit trail says today that the demo made them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.bureau import Bureau
from issuer.application_form import parse_application
from issuer.application_states import Step
from issuer.applications import MaterialFile, submit, take_step
from issuer.desk import shanghai_day
from issuer.filing_acts import Decision
from issuer.public_notice import start_notice
from registry.filing_models import FilingApplication
from registry.home import Home
from registry.session import reading, transaction
from registry.vault import Vault

_GROUND: Final = "演示"
_MATERIALS: Final = ("营业执照", "考评员、督导员名册", "场地和设施设备证明")
_DAY: Final = timedelta(days=1)
_NOTICE_DAYS: Final = 14  # ten working days, where no holiday is among them
_FORM: Final = {
    "category": "S",
    "occupations": [{"occupation": "3-02-02-00", "levels": [3, 2]}],
    "staff": {"examiners": 9, "supervisors": 2},
    "materials": [{"title": title, "file": f"{title}.txt"} for title in _MATERIALS],
}
_RECEIVED: Final = _FORM | {
    "name": "海河样本技能评价有限公司（虚构）",
    "credit_code": "91120000MA0000001Q",
    "sites": [{"address": "天津市虚构区样本路 8 号", "serial": "000124"}],
}
_ON_NOTICE: Final = _FORM | {
    "name": "滨海样本职业培训学校（虚构）",
    "credit_code": "91120000MA0000002U",
    "sites": [{"address": "天津市虚构区样本路 9 号", "serial": "000125"}],
}
_ELAPSED: Final = _FORM | {
    "name": "津门样本技能评价中心（虚构）",
    "credit_code": "91120000MA0000003Y",
    "sites": [{"address": "天津市虚构区样本路 10 号", "serial": "000126"}],
}


def leave_applications(
    home: Home, passphrase: bytes, bureau: Bureau, clerk: str, director: str
) -> None:
    """Take three fictional applications in, unless there ever was one in this demo.

    Args:
        clerk, director: the names of who takes them in, and of who selects.
    """
    with reading(bureau.register) as session:
        if session.scalar(select(FilingApplication.id).limit(1)) is not None:
            return
    now, vault = bureau.clock(), home.vault(passphrase)
    whole = ("apply", "accept", "accept", "notice")
    for number, acts in enumerate((whole, whole, ("apply",)), start=1):
        for act in acts:
            bureau.note(clerk, f"filing.{act}", str(number), _GROUND)
    with transaction(bureau.register) as session:
        for form, days in ((_ON_NOTICE, 1), (_ELAPSED, 1 + _NOTICE_DAYS)):
            then = now - days * _DAY
            one = _take_in(session, home, vault, form, clerk, now=then)
            for official in (clerk, director):
                take_step(session, one, Step.ACCEPT, _by(official, then), now=then)
            first = shanghai_day(then) + _DAY
            last = first + (_NOTICE_DAYS - 1) * _DAY
            start_notice(session, one, _by(clerk, then), first_day=first, last_day=last, now=then)
        _take_in(session, home, vault, _RECEIVED, clerk, now=now)


def _take_in(
    session: Session, home: Home, vault: Vault, form: dict[str, Any], clerk: str, *, now: datetime
) -> FilingApplication:
    read = parse_application(form, today=shanghai_day(now))
    materials = tuple(_material(title) for title in _MATERIALS)
    return submit(session, home, vault, read, materials, _by(clerk, now), now=now)


def _by(official: str, now: datetime) -> Decision:
    return Decision(decider=official, decided_on=shanghai_day(now))


def _material(title: str) -> MaterialFile:
    content = f"{title}\n样本，虚构，仅供演示。\n".encode()
    return MaterialFile(title=title, content=content, sha256=hashlib.sha256(content).hexdigest())
