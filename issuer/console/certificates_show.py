"""What the page of one certificate says, in the words and the order of the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from accounts.page_words import desk_words
from accounts.person import the_person
from accounts.roles import Role
from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.certificate_change import Change
from issuer.certificate_files import HANDED_OUT
from issuer.certificate_proof import VALUE_WORDS, LogState
from issuer.certificate_view import CertificateView, DroppedAct, LifeLine, Person
from issuer.console.certificates_asking import BODY_READERS
from issuer.console.certificates_words import ACT_CODES, ACT_TITLES, FINAL
from issuer.console.trail_acts import act_text
from issuer.copy_list import AWARD_WORDS, KIND_WORDS, REASON_WORDS, STATE_WORDS
from issuer.handed_out import HandedOut
from registry.life import DayStatus
from registry.life_models import ActState
from registry.models import AwardStatus
from templates.labels import LABELS, Field

TONES = {
    AwardStatus.CURRENT: "good",
    AwardStatus.SUSPENDED: "warn",
    AwardStatus.REVOKED: "bad",
    AwardStatus.CANCELLED: "bad",
    AwardStatus.ERASED: "calm",
}
_LOG_TONES = {
    LogState.PROVED: "good",
    LogState.WAITING: "warn",
    LogState.MISSING: "bad",
    LogState.DIFFERS: "bad",
    LogState.NOT_CHECKED: "warn",
}
_DAYS = {
    DayStatus.NOT_YET_ISSUED: Text("尚未签发", "not issued yet"),
    DayStatus.CURRENT: Text("现行有效", "in force"),
    DayStatus.SUSPENDED: Text("已暂停", "suspended"),
    DayStatus.REVOKED: Text("已撤销", "revoked"),
    DayStatus.CANCELLED: Text("已注销", "cancelled"),
    DayStatus.ERASED: Text("登记已依法删除", "registration erased under the law"),
    DayStatus.SUPERSEDED: Text("这一份已作废（已补发）", "this copy void (reissued)"),
    DayStatus.CORRECTED: Text("这一份已作废（已更正）", "this copy void (corrected)"),
}
_DROPPED = {
    ActState.REJECTED: ("不予批准", "declined"),
    ActState.WITHDRAWN: ("撤回", "taken back"),
}
_UNCHANGED = Text("证书没有变动", "Nothing about the certificate changed")
_UNSURE = Text("登记数据有异常，无法判定", "the register's data are not sound; not known")


def words_of(
    view: CertificateView,
    *,
    day: date | None,
    on_day: DayStatus | None,
    issued_by: tuple[str, str] | None,
    handed: Sequence[HandedOut],
) -> dict[str, Any]:
    """Return what the template says of a certificate, beside the certificate itself.

    Args:
        view: the certificate.
        day: whose status was asked for, or None.
        on_day: what it was; None where that is not sure.
        issued_by: who prepared and who approved its batch at the desk.
        handed: when files with it were handed out.
    """
    person = the_person()
    current = view.current
    return {
        "printed": printed(view),
        "timeline": timeline(view, issued_by, handed),
        "tone_of": TONES,
        "awards": AWARD_WORDS,
        "copy_kinds": KIND_WORDS,
        "copy_states": STATE_WORDS,
        "reasons": REASON_WORDS,
        "log_tones": _LOG_TONES,
        "list_values": VALUE_WORDS,
        "current": None if current is None else current.line.print_serial,
        "day_text": None if day is None else spoken_day(day),
        "day_words": _UNSURE if on_day is None else _DAYS[on_day],
        "handed_out": HANDED_OUT,
        "acts_allowed": person.is_one_of(Role.BODY_CLERK),
        "files_allowed": person.is_one_of(*BODY_READERS),
        "act_titles": ACT_TITLES,
        "act_codes": ACT_CODES,
        "final_acts": FINAL,
    }


def printed(view: CertificateView) -> list[tuple[Text, Any]]:
    """Return what is printed on the certificate, label and value, as far as it may be seen."""
    return [
        *(() if view.person is None else _person(view.person)),
        (LABELS[Field.OCCUPATION], view.occupation),
        (Text("工种/职业方向", "Specialty"), view.specialty or "--"),
        (LABELS[Field.LEVEL], view.level.text),
        (Text("证书编号", "Certificate number"), view.number),
        (Text("评价机构", "Assessment body"), view.body_name),
        (Text("发证日期", "Date of issue"), view.issued_on),
        (Text("批次", "Batch"), view.batch),
    ]


def changes_shown(changes: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    """Return the lines of a before/after view in the language of the page."""
    say = desk_words()["say"]
    return [(say(one.label), say(one.before), say(one.after)) for one in changes]


def timeline(
    view: CertificateView, issued_by: tuple[str, str] | None, handed: Sequence[HandedOut]
) -> list[tuple[Any, ...]]:
    """Return what happened to the certificate, the latest first, and by whom."""
    begun: list[tuple[Any, ...]] = []
    if view.recorded_at is not None:
        batch = Text(f"批次“{view.batch}”", f"batch {view.batch}")
        by = None
        if issued_by is not None:
            prepared, approved = issued_by
            by = Text(
                f"{prepared} 提交，{approved} 批准",
                f"submitted by {prepared}, approved by {approved}",
            )
        begun = [(view.recorded_at, Text("签发", "Issued"), batch, by, "note")]
    delivered = [
        (
            one.line.delivered_at,
            Text("证书文件导出", "Certificate file written out"),
            Text(f"印制流水码 {one.line.print_serial}", f"copy {one.line.print_serial}"),
            None,
            "calm",
        )
        for one in view.copies
        if one.line.delivered_at is not None
    ]
    dropped = map(_dropped, view.dropped)
    given = [
        (one.at, act_text(one.act) or one.act, None, Text(one.by, one.by), "calm") for one in handed
    ]
    events = [*map(_event, reversed(view.events)), *dropped, *given, *delivered, *begun]
    return sorted(events, key=lambda event: event[0], reverse=True)


def _person(person: Person) -> list[tuple[Text, Any]]:
    latin = [(Text("姓名的拉丁字母写法", "Name in Latin letters"), person.latin_name)]
    return [
        (Text("姓名", "Name"), person.name),
        *(latin if person.opened else ()),
        (Text("证件类型", "Document type"), person.document_type.text),
        (Text("证件号码", "Document number"), person.document),
    ]


def _dropped(act: DroppedAct) -> tuple[Any, ...]:
    what = ACT_TITLES[act.kind]
    zh, en = _DROPPED[act.state]
    asked = spoken_day(act.proposed_at)
    by = Text(
        f"{act.proposer} 于{asked.zh}提出，{act.decided_by} {zh}（审批事项 {act.act_id}）",
        f"proposed by {act.proposer} on {asked.en}, {en} by {act.decided_by} (act {act.act_id})",
    )
    title = Text(f"提出{what.zh}，{zh}", f"{what.en}: proposed and {en}")
    return (act.decided_at, title, _UNCHANGED, by, "calm")


def _event(line: LifeLine) -> tuple[Any, ...]:
    by = None
    if line.act_id is not None:
        by = Text(
            f"{line.proposer} 提出，{line.approver} 批准（审批事项 {line.act_id}）",
            f"proposed by {line.proposer}, approved by {line.approver} (act {line.act_id})",
        )
    return (line.at, line.what, None, by, "warn")
