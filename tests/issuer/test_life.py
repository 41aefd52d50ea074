"""The life of a certificate: what each act does, to whom it is told, and that two persons do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from codes.levels import Level
from issuer.copy_run import archive_numbers
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.fsck.run import fsck
from issuer.life_acts import list_acts, propose, reject, show_act, withdraw
from issuer.life_approval import approve
from issuer.status_publishing import publish_behind, status_office_of
from keys.status_list import StatusValue, read_status_list, split_index
from log.leaves import LifeKind
from registry.home import Home
from registry.life_models import ActState, LifeEvent
from registry.models import Award, Copy, CopyState
from registry.session import reading, transaction
from templates.fonts import FontChain
from tests.issuer.desks import PREFIX, desk_at, issue, people, write_people
from tests.issuer.lives import (
    NUMBER,
    PERSON,
    RIGHT_NAME,
    SECOND,
    approved,
    ask,
    codes_of,
    done,
    form,
    proposed,
    qr_texts,
    silent,
)
from verifier.verdict import Outcome, Status

LATER = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(two_issued: Home) -> Iterator[Desk]:
    """The body's desk, the year after it issued two certificates."""
    with desk_at(two_issued, clock=lambda: LATER) as desk:
        yield desk


def states(desk: Desk, number: str = NUMBER) -> list[str]:
    query = select(Copy.state).where(Copy.award.has(number=number)).order_by(Copy.id)
    with reading(desk.engine) as session:
        return list(session.scalars(query))


def on_lists(desk: Desk, number: str = NUMBER) -> list[StatusValue]:
    """What the published lists say of an award's copies."""
    office = status_office_of(desk)
    query = select(Copy.status_index).where(Copy.award.has(number=number)).order_by(Copy.id)
    values = []
    with reading(desk.engine) as session:
        for index in session.scalars(query):
            list_id, position = split_index(index)
            token = (desk.home.status_folder / f"{list_id}.jwt").read_bytes()
            keys = {office.key.name: office.key.public}
            values.append(read_status_list(token, keys).value_of(position))
    return values


@pytest.mark.parametrize(
    ("kind", "status", "code", "value"),
    [
        (LifeKind.SUSPEND, Status.SUSPENDED, "award_suspended", StatusValue.SUSPENDED),
        (LifeKind.REVOKE, Status.REVOKED, "award_revoked", StatusValue.INVALID),
        (LifeKind.ANNUL, Status.REVOKED, "award_annulled", StatusValue.INVALID),
        (LifeKind.DIED, Status.CANCELLED, "award_cancelled", StatusValue.INVALID),
    ],
)
def test_an_approved_act_is_told_at_once_online_and_on_the_list(
    desk: Desk, kind: LifeKind, status: Status, code: str, value: StatusValue
) -> None:
    act_id = proposed(desk, kind)
    (before,) = qr_texts(desk)
    publish_behind(status_office_of(desk))
    assert ask(desk, before, now=LATER).outcome is Outcome.VALID  # a proposal changes nothing

    outcome = approved(desk, act_id)

    assert outcome.approved.hits == (2 if kind is LifeKind.ANNUL else 1)
    verdict = ask(desk, before, now=LATER)
    assert (verdict.outcome, verdict.status) == (Outcome.NOT_CURRENT, status)
    assert {code, "status_list_agrees"} <= codes_of(verdict)
    assert on_lists(desk) == [value]
    assert show_act(desk, act_id).state is ActState.APPROVED


def test_a_lifted_suspension_is_over_and_the_days_of_it_are_known(desk: Desk) -> None:
    (qr,) = qr_texts(desk)
    done(desk, LifeKind.SUSPEND)
    with desk_at(desk.home, clock=lambda: LATER + timedelta(days=10)) as later:
        done(later, LifeKind.LIFT)
        now = LATER + timedelta(days=10)
        verdict = ask(later, qr, now=now, on="2027-02-05")
        assert (verdict.outcome, verdict.status) == (Outcome.VALID, Status.CURRENT)
        assert on_lists(later) == [StatusValue.VALID]
        days = {
            on: next(
                one.evidence["status"]
                for one in ask(later, qr, now=now, on=on).findings
                if one.code == "status_on_day"
            )
            for on in ("2020-01-01", "2027-01-31", "2027-02-01", "2027-02-05", "2027-02-11")
        }
    assert days == {
        "2020-01-01": "not_yet_issued",
        "2027-01-31": "current",
        "2027-02-01": "suspended",
        "2027-02-05": "suspended",
        "2027-02-11": "current",
    }


def test_a_lift_that_is_not_published_is_called_a_change_that_waits(desk: Desk) -> None:
    (qr,) = qr_texts(desk)
    done(desk, LifeKind.SUSPEND)
    approve(desk, proposed(desk, LifeKind.LIFT), approver="李审批", hits=1)
    verdict = ask(desk, qr, now=LATER)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "life_pending" in codes_of(verdict)
    assert not {"log_pending", "status_current", "award_suspended"} & codes_of(verdict)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (LifeKind.SUSPEND, Status.SUSPENDED, "award_suspended"),
        (LifeKind.REVOKE, Status.REVOKED, "award_revoked"),
    ],
)
def test_a_void_copy_is_called_void_whatever_became_of_its_award(
    desk: Desk, tmp_path: Path, kind: LifeKind, status: Status, code: str
) -> None:
    done(desk, LifeKind.CORRECT, tmp_path / "new")
    done(desk, kind)
    old, new = qr_texts(desk)
    for verdict in (
        ask(desk, old, now=LATER),
        ask(desk, NUMBER, now=LATER, name=PERSON.name),
    ):
        assert (verdict.outcome, verdict.status) == (Outcome.NOT_CURRENT, status)
        assert {code, "record_corrected"} <= codes_of(verdict)
    assert "record_corrected" not in codes_of(ask(desk, new, now=LATER))


def test_a_corrected_name_is_valid_and_the_old_one_is_told_corrected(
    desk: Desk, tmp_path: Path
) -> None:
    archive_numbers(desk, [NUMBER], out=tmp_path / "a", fonts=FontChain(), progress=silent)
    outcome = done(desk, LifeKind.CORRECT, tmp_path / "new")
    assert states(desk) == [CopyState.CORRECTED, CopyState.CORRECTED, CopyState.CURRENT]
    replaced = StatusValue.REPLACED
    assert on_lists(desk) == [replaced, replaced, StatusValue.VALID]

    first, archive, new = qr_texts(desk)
    for old in (first, archive):
        verdict = ask(desk, old, now=LATER)
        assert (verdict.outcome, verdict.status) == (Outcome.NOT_CURRENT, Status.CORRECTED)
    assert ask(desk, new, now=LATER).outcome is Outcome.VALID

    by_old_name = ask(desk, NUMBER, now=LATER, name=PERSON.name)
    assert (by_old_name.outcome, by_old_name.status) == (Outcome.NOT_CURRENT, Status.CORRECTED)
    assert RIGHT_NAME not in str(by_old_name)
    by_new_name = ask(desk, NUMBER, now=LATER, name=RIGHT_NAME)
    assert by_new_name.outcome is Outcome.VALID
    assert by_new_name.certificate is not None
    assert by_new_name.certificate.holder_name == RIGHT_NAME

    ((number, file),) = outcome.files
    assert (number, RIGHT_NAME in file.name) == (NUMBER, True)


def test_a_correction_broken_off_is_finished_by_the_same_command(
    desk: Desk, tmp_path: Path
) -> None:
    act_id = proposed(desk, LifeKind.CORRECT)
    approve(desk, act_id, approver="李审批", hits=1)  # … and the process is killed
    assert states(desk) == [CopyState.CURRENT, CopyState.RESERVED]
    (old,) = qr_texts(desk)
    publish_behind(status_office_of(desk))
    assert ask(desk, old, now=LATER).outcome is Outcome.VALID  # until the new one is on record
    with pytest.raises(IssuerError, match="award_unfinished"):
        proposed(desk, LifeKind.CORRECT)

    outcome = approved(desk, act_id, tmp_path / "new")
    assert len(outcome.files) == 1
    assert states(desk) == [CopyState.CORRECTED, CopyState.CURRENT]


def test_a_merged_body_keeps_its_certificates_in_force(desk: Desk) -> None:
    outcome = done(desk, LifeKind.BODY_MERGED, number=None)
    assert outcome.approved.hits == 2
    (qr,) = qr_texts(desk)
    verdict = ask(desk, qr, now=LATER)
    assert verdict.outcome is Outcome.VALID
    assert "body_merged" in codes_of(verdict)


def test_nobody_approves_what_they_proposed(desk: Desk) -> None:
    act_id = proposed(desk, LifeKind.REVOKE)
    for same in ("张提出", " 张 提出 ", "张提出 "):
        with pytest.raises(IssuerError, match="act_own"):
            approve(desk, act_id, approver=same, hits=1)
        with pytest.raises(IssuerError, match="act_own"):
            reject(desk, act_id, decided_by=same, reason="不同意")
    with pytest.raises(IssuerError, match="act_of_another"):
        withdraw(desk, act_id, decided_by="李审批", reason="不要了")
    withdraw(desk, act_id, decided_by="张提出", reason="写错了")
    with pytest.raises(IssuerError, match="act_decided"):
        approve(desk, act_id, approver="李审批", hits=1)
    assert states(desk) == [CopyState.CURRENT]
    assert show_act(desk, act_id).decision == "写错了"


def test_the_database_itself_refuses_one_person_in_both_parts(desk: Desk) -> None:
    act_id = proposed(desk, LifeKind.SUSPEND)
    with pytest.raises(Exception, match="two_persons"), transaction(desk.engine) as session:
        session.execute(
            text("UPDATE life_acts SET state = 'approved', decided_by = proposer WHERE id = :i"),
            {"i": act_id},
        )


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_reason_and_reference_are_compulsory(desk: Desk, blank: str) -> None:
    for changes in ({"reason": blank}, {"reference": blank}):
        with pytest.raises(IssuerError, match="act_text_missing"):
            proposed(desk, LifeKind.SUSPEND, **changes)
    with pytest.raises(IssuerError, match="operator_name"):
        propose(desk, form(LifeKind.SUSPEND), proposer=blank, fonts=FontChain())
    assert list_acts(desk, None) == []


def test_what_changed_since_it_was_shown_is_not_done(desk: Desk) -> None:
    annul = proposed(desk, LifeKind.ANNUL)
    done(desk, LifeKind.REVOKE)
    with pytest.raises(IssuerError, match="act_changed"):
        approve(desk, annul, approver="李审批", hits=2)
    assert show_act(desk, annul).hits == 1
    assert approved(desk, annul).approved.hits == 1
    with pytest.raises(IssuerError, match="act_hits_nothing"):
        proposed(desk, LifeKind.SUSPEND)
    with pytest.raises(IssuerError, match="act_hits_nothing"):
        proposed(desk, LifeKind.LIFT, number=SECOND)


def test_a_revoked_person_is_not_issued_anew_by_running_the_batch_again(
    desk: Desk, tmp_path: Path
) -> None:
    done(desk, LifeKind.REVOKE)
    roster = write_people(tmp_path / "in", people(Level.THREE, 2))
    again = issue(desk, roster, tmp_path / "out")
    assert [one.new for one in again.reserved] == []
    other = issue(desk, roster, tmp_path / "other", batch="二", skip_bad=True)
    assert [one.number for one in other.reserved] == [f"{PREFIX}273000001"]


def test_reason_and_operator_facts_lie_sealed(desk: Desk) -> None:
    done(desk, LifeKind.REVOKE, reason=f"{PERSON.name}替考两科")
    desk.engine.dispose()
    files = desk.home.path.glob("registry.sqlite3*")
    held = b"".join(file.read_bytes() for file in files)
    assert PERSON.name.encode() not in held
    assert "替考两科".encode() not in held


def test_even_the_number_of_an_events_row_is_not_changed_unseen(desk: Desk) -> None:
    done(desk, LifeKind.SUSPEND)
    done(desk, LifeKind.LIFT)
    assert fsck(desk.home, desk.engine, desk.vault) == []
    with transaction(desk.engine) as session:
        session.execute(text("UPDATE life_events SET id = 7 WHERE n = 1"))
    found = [(one.table, one.field) for one in fsck(desk.home, desk.engine, desk.vault)]
    assert found == [("life_events", "id")]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE awards SET status = 'current'",
        "DELETE FROM life_events",
        "UPDATE life_events SET kind = 5",
        "UPDATE life_events SET n = 2",
        "UPDATE life_events SET effective_on = '2030-01-01'",
        "UPDATE life_events SET sealed = substr(sealed, 2)",
        "UPDATE copies SET state = 'superseded'",
        "UPDATE copies SET kind = 'reissue'",
        "DELETE FROM life_events; UPDATE awards SET status = 'current'",
    ],
)
def test_an_altered_row_is_never_answered_from(desk: Desk, tampering: str) -> None:
    (qr,) = qr_texts(desk)
    done(desk, LifeKind.REVOKE)
    with transaction(desk.engine) as session:
        for statement in tampering.split("; "):
            session.execute(text(statement))
    verdict = ask(desk, qr, now=LATER)
    # Where the row does not open at all, the signed list still says what it knew.
    assert verdict.outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_CURRENT)
    assert "row_not_proved" in codes_of(verdict)


def test_an_event_moved_to_another_award_opens_nothing(desk: Desk) -> None:
    done(desk, LifeKind.SUSPEND)
    with transaction(desk.engine) as session:
        second = session.scalar(select(Award.id).where(Award.number == SECOND))
        session.execute(text("UPDATE life_events SET award_id = :a"), {"a": second})
        assert session.scalar(select(LifeEvent.award_id)) == second
    for number in (NUMBER, SECOND):
        (qr,) = qr_texts(desk, number)
        assert "row_not_proved" in codes_of(ask(desk, qr, now=LATER))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE awards SET status = 'current'",
        "DELETE FROM life_events; UPDATE awards SET status = 'current'",
    ],
)
def test_a_list_never_takes_a_revocation_back(desk: Desk, tampering: str) -> None:
    done(desk, LifeKind.REVOKE)
    with transaction(desk.engine) as session:
        for statement in tampering.split("; "):
            session.execute(text(statement))
    published = publish_behind(status_office_of(desk), every=True)
    assert any(one.contradicted for one in published)
    assert on_lists(desk) == [StatusValue.INVALID]
