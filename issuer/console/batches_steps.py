"""The steps of a batch's examination on its page, and the body's settings that skip them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.asking_again import asks_again
from accounts.next_page_notice import say_done
from accounts.person import Person, the_person
from accounts.proposers import proposer_left
from accounts.roles import Role, allow
from codes.assessment_rules import Figure, figure
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.batch_room import BatchRoom
from issuer.batch_states import EDITABLE, DraftState
from issuer.batch_upload import Upload, read_upload_state
from issuer.body_settings import (
    DONE_HERE,
    SKIPPED,
    Step,
    check_setting,
    confirm,
    confirmers_of,
    drop,
    droppers_of,
    figure_of,
    is_own_setting,
    setting_history,
    settings_of,
    settle,
    skipping,
    somebody_confirms,
    unconfirmed,
    who_settled,
)
from issuer.console.batches_forms import Trouble
from issuer.console.batches_room import DESK, blueprint, own_prefix, the_room
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.exam_models import BodySetting
from registry.session import reading


def may_examine(draft: BatchDraft, *roles: Role) -> bool:
    """Return whether the person may change a batch's examination now: a clerk, or of `roles`."""
    allowed = the_person().is_one_of(Role.BODY_CLERK, *roles)
    return DraftState(draft.state) in EDITABLE and allowed


def upload_of(room: BatchRoom, draft: BatchDraft) -> Upload | None:
    """Return how the national upload of an issued batch stands; None where it is not told here."""
    if DraftState(draft.state) is not DraftState.ISSUED:
        return None
    with reading(room.desks) as session:
        return read_upload_state(room, session, draft)


@blueprint.get("/settings")
@allow(*DESK)
def settings() -> str:
    """Show what the body has settled, and every earlier setting with its ground."""
    return _settings((), {})


def _settings(troubles: tuple[Trouble, ...], typed: dict[str, str]) -> str:
    room, prefix = the_room(), own_prefix()
    day = shanghai_day(room.clock())
    with reading(room.desks) as session:
        own = settings_of(session, prefix)
        history = setting_history(session, prefix)
        confirmers = confirmers_of(session, prefix)
        droppers = droppers_of(session, prefix)
        waiting = unconfirmed(session, prefix)
        left = {
            one.id: proposer_left(session, one.setter, prefix, (Role.APPROVER,), one.set_by)
            for one in waiting
        }
        nobody = {one.id for one in waiting if not somebody_confirms(session, one)}
        skipped = [(step, skipping(own, step)) for step in Step]
        steps = [(step, one, one and who_settled(session, one)) for step, one in skipped]
    pending = {one.id for one in waiting}
    return render_template(
        "desk/batch_settings.html",
        troubles=troubles,
        typed=typed,
        may_set=the_person().is_one_of(Role.APPROVER),
        steps=steps,
        figures=[(one, figure_of(own, one, day), figure(one, day), own.get(one)) for one in Figure],
        waiting=[(one, *_words(one), is_own_setting(one, the_person())) for one in waiting],
        nobody=nobody,
        left=left,
        history=[
            (
                one.set_at,
                *_words(one),
                one.ground,
                one.setter,
                _TO_CONFIRM
                if one.id in pending
                else confirmers.get(one.id, "") or _dropped_text(one, droppers.get(one.id)),
            )
            for one in history
        ],
        step_names=[(one.value, one.text) for one in Step],
        figure_names=[(one.value, one.text) for one in Figure],
        doings=[
            (SKIPPED, Text("不在此办理", "skipped here")),
            (DONE_HERE, Text("在此办理", "done here")),
        ],
    )


def _dropped_text(setting: BodySetting, dropper: str | None) -> Text | str:
    if dropper is None:
        return ""
    if is_same_person(setting.setter, dropper):
        return Text("已撤回", "taken back")
    return Text(f"{dropper}不予确认", f"declined by {dropper}")


_TO_CONFIRM: Final = Text("待确认", "waits to be confirmed")


def _words(setting: BodySetting) -> tuple[Text, Text]:
    step = next((one for one in Step if one.setting == setting.name), None)
    if step is None:
        return Figure(setting.name).text, Text(setting.value, setting.value)
    if setting.value == SKIPPED:
        return step.text, Text("不在此办理", "skipped here")
    return step.text, Text("在此办理", "done here")


@blueprint.post("/settings/step")
@allow(Role.APPROVER)
def set_step() -> Response | tuple[str, int]:
    """Settle, with its ground, whether a step is done here; what is wrong is said first."""
    step = request.form.get("step", "")
    name = Step(step).setting if step in set(Step) else ""
    return _put(name, _FormNames(name="step", value="doing", ground="why"))


@blueprint.post("/settings/figure")
@allow(Role.APPROVER)
def set_figure() -> Response | tuple[str, int]:
    """Set a figure, with its ground; what is wrong is said first."""
    figure_ = request.form.get("figure", "")
    name = figure_ if figure_ in set(Figure) else ""
    return _put(name, _FormNames(name="figure", value="value", ground="ground"))


@blueprint.post("/settings/<int:setting_id>/confirm")
@allow(Role.APPROVER)
@asks_again
def confirm_setting(setting_id: int) -> Response | tuple[str, int]:
    """Confirm a setting that another person made."""
    done = Text("设置已确认，即时生效", "The setting is confirmed and holds from now on")
    return _settle_waiting(confirm, setting_id, done)


@blueprint.post("/settings/<int:setting_id>/drop")
@allow(Role.APPROVER)
def drop_setting(setting_id: int) -> Response | tuple[str, int]:
    """Decline a setting that waits, or take back one's own."""
    done = Text("该项设置不再等待确认，未作改动", "The setting is withdrawn; nothing was changed")
    return _settle_waiting(drop, setting_id, done)


def _settle_waiting(
    act: Callable[[BatchRoom, Person, str, int], None], setting_id: int, done: Text
) -> Response | tuple[str, int]:
    room, prefix = the_room(), own_prefix()
    with reading(room.desks) as session:
        if all(one.id != setting_id for one in setting_history(session, prefix)):
            abort(404)
    try:
        act(room, the_person(), prefix, setting_id)
    except IssuerError as error:
        if error.code not in ("setting_gone", "setting_own", "setting_notice"):
            raise
        return _settings((Trouble(field="waiting", text=error.text),), {}), 409
    say_done(done)
    return redirect(url_for("batches.settings"), 303)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FormNames:
    """What the fields of one of the two forms are called."""

    name: str
    value: str
    ground: str


def _put(name: str, fields: _FormNames) -> Response | tuple[str, int]:
    typed = {key: text.strip() for key, text in request.form.items()}
    if not name:
        text = Text("请选择设置项", "choose a setting")
        return _settings((Trouble(field=fields.name, text=text),), typed), 422
    wish = {
        "prefix": own_prefix(),
        "name": name,
        "value": typed.get(fields.value, ""),
        "ground": typed.get(fields.ground, ""),
    }
    try:
        check_setting(the_room(), the_person(), **wish)
        return _settle(wish)
    except IssuerError as error:
        field = fields.ground if error.code in _OF_GROUND else fields.value
        if error.code not in _REFUSED:
            raise
        return _settings((Trouble(field=field, text=error.text),), typed), 422


@asks_again
def _settle(wish: dict[str, str]) -> Response | tuple[str, int]:
    waits = settle(the_room(), the_person(), **wish)
    say_done(_WAITS if waits else _SAVED)
    return redirect(url_for("batches.settings"), 303)


_SAVED = Text("设置已保存，并记入审计记录", "The setting is saved and on the audit trail")
_WAITS = Text(
    "设置已提出，由另一名审批人确认后生效", "Noted; it holds once another approver confirmed it"
)
_OF_GROUND = frozenset({"setting_ground", "operator_text", "operator_document_number"})
_REFUSED = _OF_GROUND | {"setting_value", "setting_notice"}
