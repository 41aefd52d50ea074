"""What a body has settled for itself: steps it skips, figures it sets, each with its ground.

Settings are only added to; the latest of a name holds. Each is on the audit trail with its ground.
One that skips a step, shortens the notice or lets a passed part stand for longer holds from when
another approver confirmed it (docs/decisions/0034); until then that approver may decline it, or who
made it take it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from operator import gt, lt

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.person import Person
from accounts.role_standing import list_holders
from accounts.roles import Role
from codes.assessment_rules import Figure, figure
from codes.grounds import LEAST_GROUND, says_why
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.batch_room import BatchRoom
from issuer.batch_states import DraftState
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.operator import Operator, note_act_now, read_operator
from registry.batch_models import BatchDraft
from registry.exam_models import BatchCourse, BodySetting, BodySettingConfirmed, BodySettingDropped
from registry.session import reading, transaction

SKIPPED, DONE_HERE = "skipped", "done"
MOST_GROUND = 200
_LOOSER: Mapping[str, Callable[[int, int], bool]] = {
    Figure.NOTICE_WORKING_DAYS: lt,
    Figure.PASSED_PART_MONTHS: gt,
}
_BEFORE_DECISION = (DraftState.PREPARING, DraftState.RETURNED, DraftState.SUBMITTED)


class Step(StrEnum):
    """A step of a batch that a body may skip, in order."""

    ELIGIBILITY = "eligibility"
    PLAN = "plan"
    SCORES = "scores"
    NOTICE = "notice"
    UPLOAD = "upload"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _STEPS[self]

    @property
    def setting(self) -> str:
        """Name of the setting that skips it."""
        return f"step_{self.value}"


_STEPS = {
    Step.ELIGIBILITY: Text("申报条件审核", "eligibility"),
    Step.PLAN: Text("考试安排", "examination plan"),
    Step.SCORES: Text("成绩", "scores"),
    Step.NOTICE: Text("结果公示", "public notice of results"),
    Step.UPLOAD: Text("全国平台上传", "national upload"),
}

BEFORE_APPROVAL = (Step.ELIGIBILITY, Step.PLAN, Step.SCORES, Step.NOTICE)


class Outcome(StrEnum):
    """What became of a setting: whether it needed another person, and what that person did."""

    MADE = "made"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    DROPPED = "dropped"


def settings_of(session: Session, prefix: str) -> Mapping[str, BodySetting]:
    """Return the settings of a body that hold, by name."""
    held = (Outcome.MADE, Outcome.CONFIRMED)
    return {one.name: one for one, outcome in _outcomes(session, prefix) if outcome in held}


def skipped_then(
    session: Session, prefix: str, step: Step, at: datetime
) -> tuple[BodySetting, BodySettingConfirmed] | None:
    """Return the setting by which a body did a step elsewhere at a time, and its confirmation."""
    query = (
        select(BodySetting, BodySettingConfirmed)
        .outerjoin(BodySettingConfirmed, BodySettingConfirmed.setting_id == BodySetting.id)
        .where(BodySetting.prefix == prefix, BodySetting.name == step.setting)
        .order_by(BodySetting.id)
    )
    held = None
    for setting, confirmed in session.execute(query):
        if setting.value != SKIPPED and setting.set_at <= at:
            held = None
        elif confirmed is not None and confirmed.confirmed_at <= at:
            held = setting, confirmed
    return held


def _outcomes(session: Session, prefix: str) -> Iterator[tuple[BodySetting, Outcome]]:
    """Yield every setting of a body with what became of it, the oldest first."""
    query = select(BodySetting).where(BodySetting.prefix == prefix).order_by(BodySetting.id)
    confirmed, dropped = confirmers_of(session, prefix), droppers_of(session, prefix)
    held: dict[str, BodySetting] = {}
    for one in session.scalars(query):
        outcome = Outcome.MADE
        if one.id in confirmed:
            outcome = Outcome.CONFIRMED
        elif _asks_less(one, held.get(one.name)):
            outcome = Outcome.DROPPED if one.id in dropped else Outcome.WAITING
        if outcome in (Outcome.MADE, Outcome.CONFIRMED):
            held[one.name] = one
        yield one, outcome


def _asks_less(setting: BodySetting, before: BodySetting | None) -> bool:
    """Return whether a setting skips a step, or loosens a figure that was in force before it.

    So does a shorter notice, and a longer time for which a passed part stands.
    """
    if setting.value == SKIPPED or setting.name not in _LOOSER:
        return setting.value == SKIPPED
    rule = figure(Figure(setting.name), shanghai_day(setting.set_at)).value
    now, then = int(setting.value), rule if before is None else int(before.value)
    return _LOOSER[setting.name](now, then)


def confirmers_of(session: Session, prefix: str) -> Mapping[int, str]:
    """Return who confirmed settings of a body, by the id of each setting."""
    query = select(BodySettingConfirmed.setting_id, BodySettingConfirmed.confirmer)
    own = BodySettingConfirmed.setting_id == BodySetting.id
    found = session.execute(query.join(BodySetting, own).where(BodySetting.prefix == prefix))
    return {one.setting_id: one.confirmer for one in found}


def who_settled(session: Session, setting: BodySetting) -> Text:
    """Return who made a setting and, where another person had to, who confirmed it."""
    confirmer = confirmers_of(session, setting.prefix).get(setting.id)
    if confirmer is None:
        return Text(setting.setter, setting.setter)
    return Text(
        f"{setting.setter}设置，{confirmer}确认",
        f"set by {setting.setter}, confirmed by {confirmer}",
    )


def somebody_confirms(session: Session, setting: BodySetting) -> bool:
    """Return whether the body has an approver now who may confirm what another one set."""
    return any(
        row.id != setting.set_by and not is_same_person(setting.setter, row.name)
        for row in list_holders(session, Role.APPROVER, setting.prefix)
    )


def droppers_of(session: Session, prefix: str) -> Mapping[int, str]:
    """Return who declined or took back settings of a body, by the id of each setting."""
    query = select(BodySettingDropped.setting_id, BodySettingDropped.dropper)
    own = BodySettingDropped.setting_id == BodySetting.id
    found = session.execute(query.join(BodySetting, own).where(BodySetting.prefix == prefix))
    return {one.setting_id: one.dropper for one in found}


def unconfirmed(session: Session, prefix: str) -> list[BodySetting]:
    """Return the settings of a body that wait for another person's confirmation."""
    latest = {one.name: (one, outcome) for one, outcome in _outcomes(session, prefix)}
    return [one for one, outcome in latest.values() if outcome is Outcome.WAITING]


def is_own_setting(setting: BodySetting, person: Person) -> bool:
    """Return whether a person made a setting, and so cannot confirm it."""
    return setting.set_by == person.account_id or is_same_person(setting.setter, person.name)


def confirm(room: BatchRoom, person: Person, prefix: str, setting_id: int) -> None:
    """Confirm what another person set; from now on it holds. Noted in the audit trail first.

    Raises:
        IssuerError: it does not wait for confirmation (`setting_gone`); the person made it
            (`setting_own`); `setting_notice`, as `settle`.
    """
    found = _find_waiting(room, prefix, setting_id)
    if is_own_setting(found, person):
        raise IssuerError(
            "setting_own",
            Text(
                "这项设置由您提出，须由另一名审批人确认",
                "you made this setting, so another approver confirms it",
            ),
        )
    if found.name == Step.NOTICE.setting:
        _check_nobody_on_notice(room, prefix)
    now = room.clock()
    confirmed = BodySettingConfirmed(
        setting_id=setting_id,
        confirmed_at=now,
        confirmed_by=person.account_id,
        confirmer=person.name,
    )
    _settle_waiting(room, person, found, "body.setting_confirm", confirmed, at=now)


def drop(room: BatchRoom, person: Person, prefix: str, setting_id: int) -> None:
    """Decline what another person set, or take back one's own; noted in the audit trail first.

    Raises:
        IssuerError: it does not wait for confirmation (`setting_gone`).
    """
    found = _find_waiting(room, prefix, setting_id)
    act = "body.setting_take_back" if is_own_setting(found, person) else "body.setting_decline"
    now = room.clock()
    dropped = BodySettingDropped(
        setting_id=setting_id, dropped_at=now, dropped_by=person.account_id, dropper=person.name
    )
    _settle_waiting(room, person, found, act, dropped, at=now)


def _settle_waiting(
    room: BatchRoom,
    person: Person,
    found: BodySetting,
    act: str,
    settled: BodySettingConfirmed | BodySettingDropped,
    *,
    at: datetime,
) -> None:
    """Put on record what becomes of a setting that waits; of two at once only one settles it."""
    operator = read_operator(name=person.name, ground=found.ground, reference=None)
    subject = f"{found.prefix} {found.name}={found.value}"
    note_act_now(room.register, operator, act, subject, at=at)
    with transaction(room.desks) as session:
        session.get(BodySetting, found.id, with_for_update=True)
        gone = all(one.id != found.id for one in unconfirmed(session, found.prefix))
        if not gone:
            session.add(settled)
    if gone:
        failed = f"{subject} {_gone().code}"
        note_act_now(room.register, operator, f"{act}.failed", failed, at=at)
        raise _gone()


def _find_waiting(room: BatchRoom, prefix: str, setting_id: int) -> BodySetting:
    with reading(room.desks) as session:
        found = {one.id: one for one in unconfirmed(session, prefix)}.get(setting_id)
    if found is None:
        raise _gone()
    return found


def _gone() -> IssuerError:
    return IssuerError(
        "setting_gone",
        Text(
            "这项设置已办结，或已被后来的设置取代",
            "this setting was settled already, or a later one took its place",
        ),
    )


def setting_history(session: Session, prefix: str) -> Sequence[BodySetting]:
    """Return every setting a body ever made, the newest first."""
    query = select(BodySetting).where(BodySetting.prefix == prefix)
    return session.scalars(query.order_by(BodySetting.id.desc())).all()


def figure_of(settings: Mapping[str, BodySetting], name: Figure, on: date) -> int:
    """Return a figure as the body set it, else as the table of rules has it."""
    own = settings.get(name)
    return figure(name, on).value if own is None else int(own.value)


def skipping(settings: Mapping[str, BodySetting], step: Step) -> BodySetting | None:
    """Return the setting by which a body skips a step; None where it does it here."""
    found = settings.get(step.setting)
    return found if found is not None and found.value == SKIPPED else None


def check_setting(
    room: BatchRoom, person: Person, *, prefix: str, name: str, value: str, ground: str
) -> Operator:
    """Return who acts, with the ground as it is kept, if a body may make a setting.

    Raises:
        IssuerError: no such setting or a value it does not take (`setting_value`); a ground
            that does not say why, or a very long one (`setting_ground`); names of a batch stand on
            a notice that would count no more (`setting_notice`); as `read_operator`.
    """
    _check_value(name, value, shanghai_day(room.clock()))
    reason = ground.strip()
    if len(reason) > MOST_GROUND or not says_why(reason):
        raise IssuerError(
            "setting_ground",
            Text(
                f"请写明依据（{LEAST_GROUND.zh}；最多 {MOST_GROUND} 字），将记入审计记录",
                f"say on what ground, for the audit trail: {LEAST_GROUND.en}; at most "
                f"{MOST_GROUND} characters",
            ),
        )
    operator = read_operator(name=person.name, ground=reason, reference=None)
    if (name, value) == (Step.NOTICE.setting, SKIPPED):
        _check_nobody_on_notice(room, prefix)
    return operator


def settle(
    room: BatchRoom, person: Person, *, prefix: str, name: str, value: str, ground: str
) -> bool:
    """Make a setting of a body; noted in the audit trail with its ground first.

    Refusals as of `check_setting`.

    Returns:
        Whether it waits for `confirm` by another person, as one that asks for less does.
    """
    operator = check_setting(room, person, prefix=prefix, name=name, value=value, ground=ground)
    now = room.clock()
    note_act_now(room.register, operator, "body.setting", f"{prefix} {name}={value}", at=now)
    made = BodySetting(
        prefix=prefix,
        name=name,
        value=value,
        ground=operator.ground,
        set_at=now,
        set_by=person.account_id,
        setter=person.name,
    )
    with transaction(room.desks) as session:
        session.add(made)
        session.flush()
        return any(one.id == made.id for one in unconfirmed(session, prefix))


def _check_nobody_on_notice(room: BatchRoom, prefix: str) -> None:
    """Refuse to drop the notice for a batch whose names are up: objections could not come in."""
    query = (
        select(BatchDraft.name)
        .join(BatchCourse, BatchCourse.draft_id == BatchDraft.id)
        .where(BatchDraft.prefix == prefix, BatchDraft.state.in_(_BEFORE_DECISION))
        .where(BatchCourse.notice_sealed.is_not(None))
    )
    with reading(room.desks) as session:
        names = session.scalars(query.order_by(BatchDraft.id)).all()
    if names:
        zh, en = "、".join(f"“{one}”" for one in names[:3]), ", ".join(names[:3])
        raise IssuerError(
            "setting_notice",
            Text(
                f"有 {len(names)} 个批次已经公示、尚未审批（{zh}{'等' if names[3:] else ''}），"
                "现在不能改为不办理结果公示；请待其办完，或者删除后再改",
                f"On notice and not decided yet: {len(names)} ({en}{' …' if names[3:] else ''}). "
                "The notice can be dropped once they are done or deleted",
            ),
        )


def _check_value(name: str, value: str, on: date) -> None:
    if name in {step.setting for step in Step}:
        if value in (SKIPPED, DONE_HERE):
            return
        raise IssuerError(
            "setting_value", Text("请选择是否在此办理", "choose whether the step is done here")
        )
    if name in set(Figure):
        rule = figure(Figure(name), on)
        plain = value.isascii() and value.isdigit() and len(value) <= 4
        if plain and rule.least <= int(value) <= rule.most:
            return
        raise IssuerError(
            "setting_value",
            Text(
                f"应为 {rule.least}–{rule.most} 的整数",
                f"a whole number from {rule.least} to {rule.most}",
            ),
        )
    raise IssuerError("setting_value", Text("没有这项设置", "there is no such setting"))
