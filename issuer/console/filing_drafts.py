"""A new application or a supplement, typed into a page or read from the file the commands take."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from accounts.next_page_notice import lead_on, say_done
from accounts.roles import allow
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble, too_long
from accounts.uploads import takes_files
from codes.filing_rules import RuleName, filing_rule
from codes.levels import Level
from codes.number_rule import Category
from codes.occupations import Occupation, occupations
from codes.wording import Text
from issuer.application_drafts import (
    MOST_TITLE,
    add_file,
    check_draft_as_shown,
    draft_mark,
    drop_file,
    entry_of,
    inspect_draft,
    open_drafts,
    parse_draft_application,
    read_entry_file,
    save_draft,
    start_draft,
    start_supplement,
)
from issuer.application_entry import ApplicationEntry, ScopeEntry, SiteEntry
from issuer.applications import (
    MAX_MATERIAL_BYTES,
    application_under_way,
    find_application,
    submit,
    supplement,
)
from issuer.console.authority import (
    OFFICIALS,
    REFUSALS,
    acting,
    limit_form,
    not_found_unless,
    parse_decision,
    read_decision_entry,
    the_actor,
    today,
    trouble_of,
)
from issuer.console.filing_draft_fields import FIELD_NAMES, fault_text, field_id, field_name
from issuer.console.filing_known import filed_sites, inspect_known
from issuer.console.office import the_office
from issuer.errors import FieldError, IssuerError
from issuer.filing_standing import SiteView
from registry.filing_desk_models import FilingDraft
from registry.session import reading, transaction
from templates.row_ids import read_row_id

blueprint = Blueprint("filing_drafts", __name__, url_prefix="/filing/drafts")

_MOST_BYTES: Final = 2 * MAX_MATERIAL_BYTES
_MOST_SITES: Final = 20
CATEGORIES: Final = (
    (
        Category.SOCIAL.value,
        Text("S 社会培训评价组织", "S social training assessment organisation"),
    ),
    (Category.EMPLOYER.value, Text("Y 用人单位", "Y employer")),
)


@blueprint.get("")
@allow(*OFFICIALS)
def drafts() -> str:
    """List what is being typed."""
    with reading(the_office().desks) as session:
        return render_template(
            "desk/filing_drafts.html", drafts=[(one, entry_of(one)) for one in open_drafts(session)]
        )


@blueprint.post("")
@allow(*OFFICIALS)
def start() -> AnyResponse:
    """Begin a new application, or a supplement to one that was returned."""
    limit_form()
    office, actor = the_office(), the_actor()
    supplements = read_row_id(request.form.get("supplements", ""))
    with transaction(office.desks) as session:
        if supplements is not None:
            try:
                with reading(office.engine) as register:
                    draft = start_supplement(
                        session, register, supplements, actor.name, now=office.clock()
                    )
            except IssuerError:
                not_found_unless(False)
                raise
        else:
            draft = start_draft(session, actor.name, now=office.clock())
        number = draft.id
    lead_on()
    return redirect(url_for("filing_drafts.draft", number=number), 303)


@blueprint.get("/<int:number>")
@allow(*OFFICIALS)
def draft(number: int) -> AnyResponse:
    """Show the form as far as it is filled in."""
    with reading(the_office().desks) as session:
        return _page(_find(session, number))


@blueprint.post("/<int:number>")
@allow(*OFFICIALS)
@takes_files(_MOST_BYTES)
def change(number: int) -> AnyResponse:
    """Keep what was typed and the files with it; then do what the button says."""
    office, wish = the_office(), request.form.get("do", "save")
    with transaction(office.desks) as session:
        found = _find(session, number, hold=True)
        entry = _read_entry()
        try:
            check_draft_as_shown(found, request.form.get("seen", ""))
        except IssuerError as error:
            return _page(found, (trouble_of(error),), typed=entry)
        save_draft(found, entry, now=office.clock())
        troubles = _take_files(found)
        if re.fullmatch(r"drop-[0-9]+", wish):
            drop_file(found, int(wish[5:11]))
        if wish == "discard" and is_ticked():
            session.delete(found)
        elif wish == "discard":
            troubles = (Trouble(field=SURE, text=UNTICKED),)
        session.flush()
        if wish == "submit" and not troubles:
            troubles = _faults(found) or inspect_known(_known(found))
        if troubles:
            return _page(found, troubles)
        saved = draft_mark(found)
    if wish == "discard":
        say_done(Text("这次录入已删除", "The entry is deleted"))
        return redirect(url_for("filing_drafts.drafts"), 303)
    if wish != "submit":
        say_done(_kept())
        add = "site" if wish == "add_site" else None
        back = url_for("filing_drafts.draft", number=number, add=add)
        return redirect(back + _ANCHORS.get(wish, ""), 303)
    return _submit(number, saved)


def _kept() -> Text:
    sent = len([one for one in request.files.getlist("files") if one.filename])
    if not sent:
        return Text("已保存，尚未受理", "Saved, not taken in yet")
    return Text(
        f"已上传 {sent} 份材料；填写的内容已保存，尚未受理",
        f"Materials uploaded: {sent}. What was typed is saved, not taken in yet",
    )


def _submit(number: int, saved: str) -> AnyResponse:
    """Take the application in as it was saved; the draft goes once it is on record."""
    office = the_office()
    decision, troubles = parse_decision(read_decision_entry())
    with transaction(office.desks) as session:
        found = _find(session, number, hold=True)
        if decision is None:
            return _page(found, troubles)
        vault, supplements = office.vault(), found.supplements
        subject = "" if supplements is None else str(supplements)
        try:
            check_draft_as_shown(found, saved)
            form, materials = parse_draft_application(found, vault, now=office.clock())
            with (
                acting("filing.apply", subject, reference=decision.reference or "") as now,
                transaction(office.engine) as register,
            ):
                home = office.home
                if supplements is None:
                    taken = submit(register, home, vault, form, materials, decision, now=now).id
                else:
                    application = find_application(register, supplements)
                    supplement(
                        register, home, vault, application, form, materials, decision, now=now
                    )
                    taken = application.id
        except FieldError as error:
            field = field_id(error.field)
            return _page(found, (Trouble(field=field, text=fault_text(field, error)),))
        except REFUSALS as error:
            trouble = trouble_of(error, _FIELDS, "name")
            said = _OF_DAY.get(getattr(error, "code", ""), trouble.text)
            return _page(found, (replace(trouble, text=said),), other=_other(found, error))
        session.delete(found)
    what = Text("已受理", "was taken in")
    if supplements is not None:
        what = Text("的补正材料已录入", "has its supplement")
    say_done(
        Text(
            f"第 {taken} 号申请{what.zh}，下一步材料初审",
            f"Application {taken} {what.en}; next: the review of its papers",
        )
    )
    return redirect(url_for("filing.application", number=taken), 303)


def _other(found: FilingDraft, error: Exception) -> int | None:
    """Return the application that stands in the way of a new one; None where none does."""
    if getattr(error, "code", "") != "application_open":
        return None
    with reading(the_office().engine) as register:
        return application_under_way(register, entry_of(found).credit_code)


_ANCHORS: Final = {"add_site": "#sites", "upload": "#materials"}
_OF_DAY: Final = {  # the day of the decision is called so on this page
    "decided_in_future": Text("受理日期尚未到来", "the day it is taken in is still to come"),
    "decided_long_ago": Text(
        "受理日期距今过久，不能补录", "the day it is taken in is too long ago to be entered"
    ),
    "decided_before_last_step": Text(
        "受理日期早于上一环节", "the day it is taken in is before the last step"
    ),
}
_FIELDS: Final = {
    "application_open": "credit_code",
    "supplement_of_another": "credit_code",
    "decided_in_future": "decided_on",
    "decided_long_ago": "decided_on",
    "decided_before_last_step": "decided_on",
}


def _read_entry() -> ApplicationEntry:
    form = request.form
    scopes = tuple(
        ScopeEntry(
            occupation=form.get(f"occupations-{at}", "").strip(),
            levels=tuple(form.getlist(f"occupations-{at}-levels")[:5]),
        )
        for at in range(_most_occupations())
    )
    sites = tuple(
        SiteEntry(
            address=form.get(f"sites-{at}-address", "").strip(),
            serial=form.get(f"sites-{at}-serial", "").strip(),
        )
        for at in range(_MOST_SITES)
    )
    texts = {
        name: form.get(name, "").strip()
        for name in ("name", "credit_code", "category", "examiners", "supervisors")
    }
    return ApplicationEntry(scopes=scopes, sites=sites, **texts).compact()


def _take_files(found: FilingDraft) -> tuple[Trouble, ...]:
    """Keep the files that came with the form: an application file fills it, materials join it."""
    office, vault = the_office(), the_office().vault()
    filled = request.files.get("form_file")
    try:
        if filled is not None and filled.filename:
            save_draft(found, read_entry_file(filled.read(1 << 20)), now=office.clock())
    except FieldError as error:
        return (Trouble(field="form_file", text=fault_text(field_id(error.field), error)),)
    except IssuerError as error:
        return (Trouble(field="form_file", text=error.text),)
    title = request.form.get("title", "").strip()
    long = too_long(request.form, title=MOST_TITLE)
    if long:
        return long
    chosen = [one for one in request.files.getlist("files") if one.filename]
    try:
        for one in chosen:
            named = title if len(chosen) == 1 else ""
            add_file(found, vault, title=named, file=one.filename or "", content=one.read())
    except IssuerError as error:
        return (Trouble(field="files", text=error.text),)
    return ()


def _known(found: FilingDraft, entry: ApplicationEntry | None = None) -> list[SiteView]:
    """Return the filed sites of the unit of a new application."""
    if found.supplements is not None:
        return []
    typed = entry or entry_of(found)
    with reading(the_office().engine) as register:
        return filed_sites(register, typed.name, typed.credit_code, today())


def _faults(found: FilingDraft) -> tuple[Trouble, ...]:
    troubles = []
    for error in inspect_draft(found, now=the_office().clock()):
        field = field_id(error.field)
        troubles.append(Trouble(field=field, text=fault_text(field, error)))
    return tuple(troubles)


def _most_occupations() -> int:
    return filing_rule(RuleName.MOST_OCCUPATIONS, today()).value


def _levels(day: date) -> list[Level]:
    """Return the levels that the standard of any occupation has, the lowest first."""
    held = {level for one in occupations() if one.in_force(day) for level in one.levels}
    return sorted(held, reverse=True)


def _occupation_text(one: Occupation) -> Text:
    """Return what an occupation is called, with the levels of its standard."""
    zh = "、".join(level.text.zh.partition("/")[0] for level in one.levels)
    en = ", ".join(str(int(level)) for level in one.levels)
    return Text(f"{one.zh}（{one.code}，{zh}）", f"{one.en} ({one.code}, levels {en})")


def _find(session: Session, number: int, *, hold: bool = False) -> FilingDraft:
    found = session.get(FilingDraft, number, with_for_update=hold)
    not_found_unless(found is not None)
    assert found is not None
    return found


def _differences(saved: ApplicationEntry, typed: ApplicationEntry) -> list[tuple[Text, str, str]]:
    """Return what is saved beside what was typed, where the two differ."""
    rows = [(label, words(saved), words(typed)) for label, words in _SHOWN]
    return [row for row in rows if row[1] != row[2]]


def _scope_words(entry: ApplicationEntry) -> str:
    return "；".join(f"{one.occupation} {'、'.join(one.levels)}" for one in entry.scopes)


def _site_words(entry: ApplicationEntry) -> str:
    return "；".join(f"{one.address} {one.serial}".strip() for one in entry.sites)


_SHOWN: Final[tuple[tuple[Text, Callable[[ApplicationEntry], str]], ...]] = (
    (FIELD_NAMES["name"], lambda entry: entry.name),
    (FIELD_NAMES["credit_code"], lambda entry: entry.credit_code),
    (FIELD_NAMES["category"], lambda entry: entry.category),
    (Text("职业和级别", "Occupations and levels"), _scope_words),
    (Text("站点", "Sites"), _site_words),
    (FIELD_NAMES["examiners"], lambda entry: entry.examiners),
    (FIELD_NAMES["supervisors"], lambda entry: entry.supervisors),
)


def _sites_shown(entry: ApplicationEntry) -> list[SiteEntry]:
    """Return the sites of a form: one to be filled in where there is none, or one more is asked."""
    asked = request.args.get("add") == "site" or request.form.get("do") == "add_site"
    more = asked or not entry.sites
    return [*entry.sites, *([SiteEntry()] if more else [])][:_MOST_SITES]


def _page(
    found: FilingDraft,
    troubles: tuple[Trouble, ...] = (),
    *,
    typed: ApplicationEntry | None = None,
    other: int | None = None,
) -> AnyResponse:
    """Show a draft, or what was typed where that could not be kept in its place.

    Args:
        other: the application that stands in the way of this one.
    """
    saved, day = entry_of(found), today()
    entry = saved if typed is None else typed
    page = render_template(
        "desk/filing_draft.html",
        draft=found,
        entry=entry,
        seen=draft_mark(found),
        differences=() if typed is None else _differences(saved, typed),
        scopes=[*entry.scopes, *[ScopeEntry()] * (_most_occupations() - len(entry.scopes))],
        sites=_sites_shown(entry),
        occupations=[
            (one.code, _occupation_text(one)) for one in occupations() if one.in_force(day)
        ],
        levels=[(int(level), level.text) for level in _levels(day)],
        categories=CATEGORIES,
        decision=read_decision_entry(),
        field_name=field_name,
        other=other,
        known=_known(found, entry),
        troubles=troubles,
    )
    return Response(page, status=422 if troubles else 200)
