"""Walks of the real functions on a real database: a filing is only ever the end of the whole way.

What happened is kept beside, in plain days and counts; an application is filed exactly when that
account holds two acceptances since its form last changed, a notice that has wholly elapsed since,
and no objection that was not dismissed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from issuer.application_form import parse_application, sample_application
from issuer.application_states import Stage, Step
from issuer.applications import find_application, submit, supplement, take_step
from issuer.errors import IssuerError
from issuer.filing import read_prefix
from issuer.filing_decision import FilingTerms, file_application
from issuer.public_notice import (
    ObjectionForm,
    ObjectionOutcome,
    add_objection,
    settle_objection,
    start_notice,
)
from registry.home import Home
from registry.models import Base, Filing
from registry.vault import Vault
from registry.vault_models import VaultState
from tests.issuer.procedures import MONDAY, PREFIX, at, decision

DAY = timedelta(days=1)
FORM = parse_application(sample_application(), today=MONDAY)
HOME = Home(path=Path("/nonexistent"), demo=True, database_url="")  # no material is stored


@dataclass(slots=True)
class Account:
    """What happened to the application since its form last changed."""

    accepted: int = 0
    notice_to: date | None = None
    objections: list[bool] = field(default_factory=list)  # whether each was dismissed

    def complete(self, today: date) -> bool:
        """Return whether a filing may follow today."""
        elapsed = self.notice_to is not None and self.notice_to < today
        return self.accepted == 2 and elapsed and all(self.objections)


class Walk:
    """One application, the day, and the account of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.vault, self.today = engine, Vault(b"v" * 32), MONDAY
        self.account = Account()
        with Session(engine, expire_on_commit=False) as session, session.begin():
            session.add(VaultState(id=1, generation=1, changing_to=None))  # as migrating does
            self.number = submit(
                session, HOME, self.vault, FORM, (), decision(MONDAY), now=at(MONDAY)
            ).id

    def take(self, name: str) -> bool:
        """Try something; return whether it was done, and account for it."""
        steps: dict[str, Callable[[Session], None]] = {
            "accept": lambda session: self._step(session, Step.ACCEPT),
            "return": lambda session: self._step(session, Step.RETURN),
            "supplement": self._supplement,
            "notice": self._notice,
            "object": self._object,
            "dismiss": lambda session: self._settle(session, ObjectionOutcome.DISMISSED),
            "uphold": lambda session: self._settle(session, ObjectionOutcome.UPHELD),
            "file": self._file,
        }
        with suppress(IssuerError):
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                steps[name](session)
            return True
        return False

    def _step(self, session: Session, step: Step) -> None:
        application = find_application(session, self.number)
        take_step(session, application, step, decision(self.today), now=at(self.today))
        if step is Step.RETURN:
            self.account = Account()
        self.account.accepted += step is Step.ACCEPT

    def _supplement(self, session: Session) -> None:
        application = find_application(session, self.number)
        supplement(
            *(session, HOME, self.vault, application, FORM, (), decision(self.today)),
            now=at(self.today),
        )
        self.account = Account()

    def _notice(self, session: Session) -> None:
        last = self.today + 7 * DAY
        start_notice(
            session,
            find_application(session, self.number),
            decision(self.today),
            first_day=self.today + DAY,
            last_day=last,
            now=at(self.today),
        )
        self.account.notice_to, self.account.objections = last, []

    def _object(self, session: Session) -> None:
        form = ObjectionForm(sender="某群众", text="不符", received_on=self.today)
        application = find_application(session, self.number)
        said = decision(self.today)
        add_objection(session, self.vault, application, form, said, now=at(self.today))
        self.account.objections.append(False)

    def _settle(self, session: Session, outcome: ObjectionOutcome) -> None:
        number = len(self.account.objections)
        application = find_application(session, self.number)
        said = decision(self.today)
        settle_objection(session, application, number, outcome, said, now=at(self.today))
        self.account.objections[-1] = outcome is ObjectionOutcome.DISMISSED

    def _file(self, session: Session) -> None:
        terms = FilingTerms(
            prefixes=(read_prefix(PREFIX),),
            first=self.today,
            last=self.today + timedelta(days=900),
        )
        application = find_application(session, self.number)
        file_application(session, application, terms, decision(self.today), now=at(self.today))

    def rows(self) -> tuple[Stage, int]:
        """Return the stage and how many rows of `filings` there are."""
        with Session(self.engine) as session:
            stage = Stage(find_application(session, self.number).state)
            return stage, session.query(Filing).count()


# The usual way is drawn often, so that walks get far; everything else comes in between.
_USUAL = ["accept", "accept", "notice", "later", "file"]
_OTHERS = ["return", "supplement", "object", "dismiss", "uphold", "later", "file", "accept"]
_ACTS = st.one_of(
    st.just(_USUAL),
    st.lists(st.sampled_from(_OTHERS), min_size=1, max_size=3),
    st.just(["object", "dismiss"]),
    st.just(["return", "supplement"]),
    st.just(["accept", "accept", "notice", "tomorrow", "object", "later", "file"]),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(_ACTS, min_size=1, max_size=4))
def test_no_walk_reaches_a_filing_without_all_that_comes_before(walk: list[list[str]]) -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    place, filed = Walk(engine), False
    for name in [one for part in walk for one in part]:
        if name in ("later", "tomorrow"):
            place.today += 8 * DAY if name == "later" else DAY
            continue
        may = not filed and place.account.complete(place.today)
        done = place.take(name)
        if name == "file":
            assert done == may
            filed = filed or done
        stage, rows = place.rows()
        assert (stage is Stage.FILED, rows) == (filed, 3 if filed else 0)
    event("filed" if filed else "not filed")
    engine.dispose()
