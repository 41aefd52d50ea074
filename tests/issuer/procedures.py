"""An application's way through the procedure, in the authority's own words and days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from issuer.application_form import parse_application, sample_application
from issuer.application_states import Stage, Step
from issuer.applications import find_application, read_materials, submit, supplement, take_step
from issuer.filing import read_prefix
from issuer.filing_acts import Decision
from issuer.filing_decision import FilingTerms, file_application
from issuer.public_notice import (
    ObjectionForm,
    ObjectionOutcome,
    add_objection,
    settle_objection,
    start_notice,
)
from registry.filing_models import FilingAct
from registry.home import Home
from registry.session import database, transaction
from registry.vault import Vault
from tests.conftest import PASSPHRASE

PREFIX = "S000012000123"
MONDAY = date(2026, 11, 2)
TERM = (date(2026, 12, 1), date(2029, 11, 30))


def at(day: date) -> datetime:
    """Ten in the morning in Shanghai."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def decision(day: date, **changes: Any) -> Decision:
    """A decision of two officials on a day."""
    said: dict[str, Any] = {
        "decider": "经办甲",
        "approver": "审批乙",
        "reason": "符合条件",
        "reference": "津人社备〔2026〕1号",
        "decided_on": day,
    }
    return Decision(**said | changes)


def write_application(folder: Path, **changes: Any) -> Path:
    """Write the sample application with its materials."""
    entry = sample_application() | changes
    folder.mkdir(parents=True, exist_ok=True)
    for material in entry["materials"]:
        (folder / material["file"]).write_bytes(material["title"].encode())
    path = folder / "申请.json"
    path.write_text(json.dumps(entry, ensure_ascii=False), encoding="utf-8")
    return path


@dataclass(slots=True)
class Procedure:
    """One authority's office: takes steps on given days, each in a transaction of its own."""

    home: Home
    folder: Path
    vault: Vault = field(init=False)

    def __post_init__(self) -> None:
        self.vault = self.home.vault(PASSPHRASE)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with database(self.home.database_url) as engine, transaction(engine) as session:
            yield session

    def apply(self, day: date, *, supplements: int | None = None, **changes: Any) -> int:
        path = write_application(self.folder, **changes)
        form = parse_application(json.loads(path.read_bytes()), today=day)
        materials = read_materials(form, self.folder)
        with self.session() as session:
            if supplements is None:
                return submit(
                    session, self.home, self.vault, form, materials, decision(day), now=at(day)
                ).id
            application = find_application(session, supplements)
            supplement(
                session,
                self.home,
                self.vault,
                application,
                form,
                materials,
                decision(day),
                now=at(day),
            )
            return supplements

    def step(self, number: int, step: Step, day: date, **changes: Any) -> None:
        with self.session() as session:
            application = find_application(session, number)
            take_step(session, application, step, decision(day, **changes), now=at(day))

    def notice(self, number: int, day: date, days: int = 7) -> date:
        """Start a notice of so many days from tomorrow; return its last day."""
        first, last = day + timedelta(days=1), day + timedelta(days=days)
        with self.session() as session:
            start_notice(
                session,
                find_application(session, number),
                decision(day),
                first_day=first,
                last_day=last,
                now=at(day),
            )
        return last

    def object(self, number: int, received_on: date, day: date | None = None) -> None:
        form = ObjectionForm(sender="某群众", text="场地不符合要求", received_on=received_on)
        day = day or received_on
        with self.session() as session:
            application = find_application(session, number)
            add_objection(session, self.vault, application, form, decision(day), now=at(day))

    def settle(self, number: int, which: int, outcome: ObjectionOutcome, day: date) -> None:
        with self.session() as session:
            application = find_application(session, number)
            settle_objection(session, application, which, outcome, decision(day), now=at(day))

    def file(
        self,
        number: int,
        day: date,
        *,
        prefixes: tuple[str, ...] = (PREFIX,),
        term: tuple[date, date] = TERM,
        **changes: Any,
    ) -> list[FilingAct]:
        terms = FilingTerms(prefixes=tuple(map(read_prefix, prefixes)), first=term[0], last=term[1])
        with self.session() as session:
            application = find_application(session, number)
            return file_application(
                session, application, terms, decision(day, **changes), now=at(day)
            )

    def stage(self, number: int) -> Stage:
        with self.session() as session:
            return Stage(find_application(session, number).state)

    def on_notice(self, day: date = MONDAY, **changes: Any) -> tuple[int, date]:
        """Bring an application under notice on a day; return its number and the last day."""
        number = self.apply(day, **changes)
        self.step(number, Step.ACCEPT, day)
        self.step(number, Step.ACCEPT, day)
        return number, self.notice(number, day)

    def filed(self, day: date = MONDAY, **changes: Any) -> int:
        """File the sample application, begun on a day; return its number."""
        number, last = self.on_notice(day)
        self.file(number, last + timedelta(days=1), **changes)
        return number
