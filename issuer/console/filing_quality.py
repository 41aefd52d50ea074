"""Quality checks: draw a sample of a body's awards, note what was found, conclude."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from accounts.next_page_notice import say_done
from accounts.roles import Role, allow
from accounts.troubles import Trouble, too_long
from codes.levels import Level
from codes.wording import Text
from issuer.console.authority import (
    OFFICIALS,
    READERS,
    REFUSALS,
    acting,
    is_director,
    limit_form,
    may_act,
    not_found_unless,
    parse_day,
    the_actor,
    today,
    trouble_of,
    typed,
)
from issuer.console.certificates_exam import sitting_facts
from issuer.console.office import the_office
from issuer.quality_checks import (
    FINDING_NAMES,
    MOST_SAMPLE,
    MOST_WORDS,
    OUTCOME_NAMES,
    SEED_BYTES,
    CheckOutcome,
    Finding,
    SampleWish,
    awards_of,
    checks_of,
    close_check,
    conclusion_of,
    draw_again,
    finding_mark,
    findings_mark,
    names_of,
    note_finding,
    start_check,
    words_of,
)
from registry.errors import VaultError
from registry.filing_desk_models import QualityCheck, QualityItem
from registry.models import Award, Site
from registry.session import reading, transaction

blueprint = Blueprint("filing_quality", __name__, url_prefix="/filing/quality")

_TONES: Final = {
    Finding.IN_ORDER: "good",
    Finding.MINOR: "warn",
    Finding.SERIOUS: "bad",
    Finding.NOT_SHOWN: "bad",
    CheckOutcome.PASSED: "good",
    CheckOutcome.TO_MEND: "warn",
    CheckOutcome.SUSPENSION: "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEntry:
    """What to draw, as typed."""

    prefix: str = ""
    first: str = ""
    last: str = ""
    level: str = ""
    size: str = "20"


@blueprint.get("")
@allow(*READERS)
def checks() -> str:
    """List the checks there were."""
    office = the_office()
    with reading(office.desks) as session, reading(office.engine) as register:
        found = checks_of(session)
        done = {one.id: sum(item.finding is not None for item in one.items) for one in found}
        return render_template(
            "desk/filing_quality.html",
            checks=found,
            names=names_of(register, (one.prefix for one in found)),
            done=done,
            outcomes={str(key): text for key, text in OUTCOME_NAMES.items()},
            tones=_TONES,
            may_act=may_act(),
        )


@blueprint.get("/new")
@allow(*OFFICIALS)
def sample_form() -> AnyResponse:
    """Show the form that draws a sample."""
    day = today()
    entry = SampleEntry(
        prefix=request.args.get("prefix", "")[:13],
        first=day.replace(month=1, day=1).isoformat(),
        last=day.isoformat(),
    )
    return _sample_page(entry)


@blueprint.post("/new")
@allow(*OFFICIALS)
def draw_sample() -> AnyResponse:
    """Draw a sample; its seed is made here and now."""
    limit_form()
    office = the_office()
    entry = SampleEntry(
        prefix=typed("prefix"),
        first=typed("first"),
        last=typed("last"),
        level=typed("level"),
        size=typed("size"),
    )
    troubles: list[Trouble] = []
    if not entry.prefix:
        troubles.append(Trouble(field="prefix", text=Text("请选择机构", "Choose a body")))
    first, last = (parse_day(getattr(entry, at), at, troubles) for at in ("first", "last"))
    size = int(entry.size) if entry.size.isascii() and entry.size.isdigit() else 0
    if troubles or first is None or last is None:
        return _sample_page(entry, tuple(troubles))
    level = int(entry.level) if entry.level in {str(int(one)) for one in Level} else None
    wish = SampleWish(prefix=entry.prefix, first=first, last=last, level=level, size=size)
    try:
        with (
            acting("quality.draw", entry.prefix) as now,
            transaction(office.desks) as desks,
            reading(office.engine) as register,
        ):
            check = start_check(
                desks,
                register,
                wish,
                seed=secrets.token_bytes(SEED_BYTES),
                drawn_by=the_actor().name,
                now=now,
            )
            number = check.id
    except REFUSALS as error:
        return _sample_page(entry, (trouble_of(error, _FIELDS),))
    say_done(Text("样本已抽取，下一步逐份登记检查结果", "Drawn; next: note what is found of each"))
    return redirect(url_for("filing_quality.check", number=number), 303)


_FIELDS: Final = {
    "sample_size": "size",
    "sample_days": "last",
    "sample_empty": "last",
    "body_not_filed": "prefix",
}


@blueprint.get("/<int:number>")
@allow(*READERS)
def check(number: int) -> AnyResponse:
    """Show a check: what was drawn and how, what was found, what is left to do."""
    return _page(number)


@blueprint.post("/<int:number>/findings/<int:place>")
@allow(*OFFICIALS)
def find(number: int, place: int) -> AnyResponse:
    """Note what was found about one certificate."""
    limit_form()
    office, said, words = the_office(), typed("finding"), typed("words")
    troubles = too_long(request.form, words=MOST_WORDS)
    if said not in tuple(map(str, Finding)):
        text = Text("请选择检查结果", "Choose what was found")
        troubles = (Trouble(field="finding", text=text), *troubles)
    if troubles:
        return _page(number, place=place, said=said, words=words, troubles=troubles)
    try:
        with (
            acting("quality.find", f"{number} {place}") as now,
            transaction(office.desks) as session,
        ):
            note_finding(
                _find(session, number, hold=True),
                office.vault(),
                place,
                Finding(said),
                words.replace("\r\n", "\n"),
                found_by=the_actor().name,
                now=now,
                seen=typed("seen"),
            )
    except REFUSALS as error:
        told = (trouble_of(error, {"finding_words": "words"}, "finding"),)
        return _page(number, place=place, said=said, words=words, troubles=told)
    say_done(Text(f"第 {place} 份的检查结果已登记", f"What was found about No. {place} is noted"))
    return redirect(url_for("filing_quality.check", number=number), 303)


@blueprint.post("/<int:number>/close")
@allow(Role.AUTHORITY_DIRECTOR)
def close(number: int) -> AnyResponse:
    """Conclude a check."""
    limit_form()
    office, said, words = the_office(), typed("outcome"), typed("conclusion")
    troubles = too_long(request.form, conclusion=MOST_WORDS)
    if said not in tuple(map(str, CheckOutcome)):
        text = Text("请选择结论", "Choose an outcome")
        troubles = (Trouble(field="outcome", text=text), *troubles)
    if troubles:
        return _page(number, outcome=said, conclusion=words, troubles=troubles)
    try:
        with (
            acting("quality.close", str(number)) as now,
            transaction(office.desks) as session,
        ):
            close_check(
                _find(session, number, hold=True),
                office.vault(),
                CheckOutcome(said),
                words.replace("\r\n", "\n"),
                closed_by=the_actor().name,
                now=now,
                seen=typed("seen"),
            )
    except REFUSALS as error:
        told = (trouble_of(error, {"conclusion_missing": "conclusion"}, "outcome"),)
        return _page(number, outcome=said, conclusion=words, troubles=told)
    name = OUTCOME_NAMES[CheckOutcome(said)]
    say_done(Text(f"质量检查已作出结论：{name.zh}", f"The quality check is concluded: {name.en}"))
    return redirect(url_for("filing_quality.check", number=number), 303)


def _page(
    number: int,
    *,
    place: int | None = None,
    said: str = "",
    words: str = "",
    outcome: str = "",
    conclusion: str = "",
    troubles: tuple[Trouble, ...] = (),
) -> AnyResponse:
    office = the_office()
    vault = office.vault()
    with reading(office.desks) as session, reading(office.engine) as register:
        found = _find(session, number)
        item = _item_of(found, place, request.args.get("place", ""))
        awards = awards_of(register, found)
        page = render_template(
            "desk/filing_check.html",
            check=found,
            body=names_of(register, [found.prefix]).get(found.prefix, found.prefix),
            awards=awards,
            held=_held(register, session, item, awards),
            again=draw_again(register, found),
            words={one.place: words_of(vault, one) for one in found.items},
            conclusion_kept=conclusion_of(found, vault),
            finding_names={str(key): text for key, text in FINDING_NAMES.items()},
            findings=[(str(key), text) for key, text in FINDING_NAMES.items()],
            outcomes=[(str(key), text) for key, text in OUTCOME_NAMES.items()],
            outcome_names={str(key): text for key, text in OUTCOME_NAMES.items()},
            tones={str(key): tone for key, tone in _TONES.items()},
            left=sum(one.finding is None for one in found.items),
            item=item,
            seen="" if item is None else finding_mark(item),
            said=said or (item.finding if item else ""),
            typed_words=words,
            outcome=outcome,
            conclusion=conclusion,
            all_seen=findings_mark(found),
            may_act=may_act(),
            is_director=is_director(),
            troubles=troubles,
        )
    return Response(page, status=422 if troubles else 200)


def _held(
    register: Session, desks: Session, item: QualityItem | None, awards: Mapping[str, Award]
) -> tuple[tuple[Text, Any], ...]:
    """Return when a certificate was awarded, and of its examination what a check looks at."""
    award = None if item is None else awards.get(item.number)
    if award is None or not may_act():
        return ()
    awarded = (Text("核发日期", "Awarded"), award.issued_on)
    try:
        told = sitting_facts(register, desks, the_office().vault(), award)
    except VaultError:  # the holder was erased
        told = ()
    return (awarded, *(told or ((Text("考核记录", "Examination"), _NOTHING_KEPT),)))


_NOTHING_KEPT: Final = Text("没有存档，请向机构调阅", "nothing on file; ask the body for it")


def _item_of(found: QualityCheck, place: int | None, asked: str) -> QualityItem | None:
    """Return the certificate to look at: the one asked for, else the next without a finding."""
    if place is None and asked.isascii() and asked.isdigit():
        place = int(asked[:4])
    if found.outcome is not None:
        return None
    if place is not None:
        return next((one for one in found.items if one.place == place), None)
    return next((one for one in found.items if one.finding is None), None)


def _sample_page(entry: SampleEntry, troubles: tuple[Trouble, ...] = ()) -> AnyResponse:
    with reading(the_office().engine) as session:
        sites = session.scalars(select(Site).order_by(Site.prefix)).all()
        bodies = [(one.prefix, f"{one.body.name}（{one.prefix}）") for one in sites]
    page = render_template(
        "desk/filing_sample.html",
        entry=entry,
        bodies=bodies,
        levels=[(int(level), level.text) for level in sorted(Level, reverse=True)],
        most=MOST_SAMPLE,
        troubles=troubles,
    )
    return Response(page, status=422 if troubles else 200)


def _find(session: Session, number: int, *, hold: bool = False) -> QualityCheck:
    found = session.get(QualityCheck, number, with_for_update=hold)
    not_found_unless(found is not None)
    assert found is not None
    return found
