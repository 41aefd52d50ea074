"""An act on a certificate as the desk shows it: proposed, before and after, and what it made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.certificate_change import (
    Preview,
    changed_by,
    is_unchanged_since,
    preview_change,
    printed_before,
)
from issuer.certificate_right import is_covered
from issuer.certificate_view import waiting_acts
from issuer.copying import serial_of
from issuer.desk import Desk
from issuer.errors import IssuerError, WaitsAlready
from issuer.life_acts import ActPlace, check_proposal, find_act, propose, view_act
from issuer.life_copies import check_still
from issuer.life_forms import MAKES_COPY, ActForm, ActView, read_details
from log.leaves import LifeKind
from registry.life_models import ActState, LifeAct
from registry.models import Award, Copy
from registry.session import reading
from templates.fonts import FontChain


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCopy:
    """The copy that an approved act made.

    Args:
        print_serial: as printed.
        done: whether its page is made; else the same approver goes on with it.
    """

    copy_id: int
    print_serial: str
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPage:
    """One act, ready to be decided on or looked back at.

    Args:
        preview: what it would change of its one certificate, what it would have changed of one
            that nothing was done to since, or what it did change of the status; None of an act
            about many, and of one that can no longer be done as proposed.
        made: the copy it made.
        refusal: why what is proposed can no longer be done, None where it can.
    """

    act: ActView = field(repr=False)
    place: ActPlace
    preview: Preview | None = field(repr=False)
    made: MadeCopy | None
    refusal: Text | None


def rehearse(
    session: Session, desk: Desk, award: Award, form: ActForm, fonts: FontChain, *, opened: bool
) -> Preview:
    """Return what a proposal would change, refused where `propose` would refuse it.

    Raises:
        IssuerError: as `propose`; the same was proposed of this certificate and waits, or two
            acts would each make a copy of it (`act_waiting`).
        VaultError: the award does not open.
    """
    _check_none_waiting(session, award, form)
    form = check_proposal(session, desk, form, fonts).form
    covered = is_covered(desk.home, str(desk.prefix), award)
    return preview_change(session, desk.vault, award, form, opened=opened, covered=covered)


def propose_once(desk: Desk, form: ActForm, *, proposer: str, fonts: FontChain) -> int:
    """Put a proposal on record unless another on the same certificate bars it; return its number.

    Raises:
        IssuerError: as `rehearse`.
    """

    def admit(session: Session) -> None:
        query = select(Award).where(Award.number == form.number, Award.site_id == desk.site.id)
        award = session.scalar(query.with_for_update())  # of two one does
        if award is not None:
            _check_none_waiting(session, award, form)

    return propose(desk, form, proposer=proposer, fonts=fonts, admit=admit)


def show_page(desk: Desk, place: ActPlace, *, opened: bool) -> ActPage:
    """Return an act with what it would change, or what it made.

    Args:
        desk: of the act's body.
        place: of the act.
        opened: whether the reader may see the holder's name in full.

    Raises:
        IssuerError: `act_unknown`.
        VaultError: a row does not open.
    """
    with reading(desk.engine) as session:
        act = find_act(session, desk, place.act_id)
        view = view_act(session, desk, act)
        refusal = _refusal(session, desk, act, view)
        return ActPage(
            act=view,
            place=place,
            preview=None if refusal else _preview(session, desk, act, opened=opened),
            made=_made(session, act),
            refusal=refusal,
        )


def read_act(desk: Desk, act_id: int) -> ActView:
    """Return an act without what it would change; raises as `show_page`."""
    with reading(desk.engine) as session:
        return view_act(session, desk, find_act(session, desk, act_id))


def act_mark(act: ActView) -> str:
    """Return what only a page that shows this very act in full can bring back."""
    said = json.dumps([act.act_id, act.proposed_at.isoformat(), act.reason, act.reference])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _refusal(session: Session, desk: Desk, act: LifeAct, view: ActView) -> Text | None:
    """Return why a proposal can no longer be done; None of one that can, or is decided."""
    if act.state != ActState.PROPOSED:
        return None
    if not view.hits:
        return Text(
            "证书现在的状态已不适用这一事项",
            "the certificate is no longer in a state for this act",
        )
    form, _ = read_details(desk, act)
    if form.kind not in MAKES_COPY:
        return None
    try:
        check_still(session, desk, session.get_one(Award, act.award_id), form)
    except IssuerError as error:
        return error.text
    return None


def _preview(session: Session, desk: Desk, act: LifeAct, *, opened: bool) -> Preview | None:
    if act.award_id is None:
        return None
    form, _ = read_details(desk, act)
    if act.state == ActState.APPROVED:
        return _changed(session, desk, act, form.kind, opened=opened)
    if act.state != ActState.PROPOSED and not is_unchanged_since(
        session, act.award_id, act.proposed_at
    ):
        return None
    award = session.get_one(Award, act.award_id)
    covered = is_covered(desk.home, str(desk.prefix), award)
    return preview_change(session, desk.vault, award, form, opened=opened, covered=covered)


def _changed(
    session: Session, desk: Desk, act: LifeAct, kind: LifeKind, *, opened: bool
) -> Preview | None:
    """Return what an approved act changed; of a correction also what was printed before."""
    found = changed_by(session, act.award_id or 0, act.id, kind)
    if found is None or kind is not LifeKind.CORRECT or act.copy_id is None:
        return found
    award, copy = session.get_one(Award, act.award_id), session.get_one(Copy, act.copy_id)
    printed = printed_before(desk.vault, award, copy, opened=opened)
    return replace(found, changes=(*found.changes, *printed))


def _made(session: Session, act: LifeAct) -> MadeCopy | None:
    if act.copy_id is None:
        return None
    copy = session.get_one(Copy, act.copy_id)
    return MadeCopy(copy_id=copy.id, print_serial=serial_of(copy), done=bool(copy.pdf_stored))


def _check_none_waiting(session: Session, award: Award, form: ActForm) -> None:
    for act_id in waiting_acts(session, award):
        other = LifeKind(session.get_one(LifeAct, act_id).kind)
        if other is form.kind:
            raise WaitsAlready(
                "act_waiting",
                Text(
                    f"同样的事项已经提出，正在等待审批（编号 {act_id}）",
                    f"the same was proposed already and waits for approval, as act {act_id}",
                ),
                number=act_id,
            )
        if MAKES_COPY.issuperset({other, form.kind}):
            raise WaitsAlready(
                "act_waiting",
                Text(
                    f"这张证书另有一项变更正在等待审批（编号 {act_id}），也会产生新的一份；"
                    "请待其审批、不予批准或撤回后再提出",
                    f"another act on this certificate, which makes a copy too, waits for approval "
                    f"(act {act_id}); propose yours once that is decided or taken back",
                ),
                number=act_id,
            )
