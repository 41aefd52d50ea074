"""Puts on record what was decided elsewhere (录入已有备案); finds the body of a site."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.body_name import check_body_name
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.filing import FilingForm
from issuer.filing_acts import Decision, enact
from issuer.filing_sums import acts_of, step_of
from keys.filing_windows import FilingEvent, Window
from registry.models import Body, Site


def record_filing(
    session: Session, form: FilingForm, *, now: datetime, decider: str | None = None
) -> Site:
    """Put a filing on record; a site already there gains the scopes it does not have yet.

    Args:
        session: in a transaction.
        form: what was decided.
        now: aware.
        decider: the official who puts it on record, if he gives his name.

    Raises:
        IssuerError: the prefix is on record under another body's name (`prefix_taken`), or its
            filing is suspended or withdrawn (`filing_act_closed`).
    """
    site = find_or_add_site(
        session,
        prefix=str(form.prefix),
        name=form.name,
        credit_code=form.credit_code,
        address=form.address,
    )
    windows = [
        Window(
            occupation=scope.occupation.index,
            level=level,
            first=scope.valid_from,
            last=scope.valid_to,
        )
        for scope in form.scopes
        for level in scope.levels
    ]
    given = {window for act in acts_of(session, site) for window in step_of(act).windows}
    fresh = [window for window in windows if window not in given]
    if fresh:
        today = shanghai_day(now)
        decided_on = form.decided_on or min(today, *(window.first for window in fresh))
        enact(
            session,
            site,
            FilingEvent.RECORDED,
            Decision(decider=decider, reference=form.reference, decided_on=decided_on),
            effective_on=decided_on,
            windows=fresh,
            detail=identity_of(site),
            now=now,
        )
    return site


def find_or_add_site(
    session: Session, *, prefix: str, name: str, credit_code: str | None, address: str | None
) -> Site:
    """Return the site of a prefix, put on record with its body where it is new.

    Raises:
        IssuerError: the prefix belongs to a body of another name or credit code (`prefix_taken`),
            or the credit code to a body of another name (`credit_code_taken`), or a body of a
            reserved name would be new (`body_name_reserved`).
    """
    site = session.scalar(select(Site).where(Site.prefix == prefix))
    if site is None:
        body = _find_body(session, name, credit_code)
        site = Site(body=body, prefix=prefix, address=address)
        session.add(site)
    elif site.body.name != name or (
        credit_code and site.body.credit_code and site.body.credit_code != credit_code
    ):
        raise IssuerError(
            "prefix_taken",
            Text(
                f"编号前缀 {prefix} 已备案给另一机构“{site.body.name}”",
                f"prefix {prefix} is already filed for another body, “{site.body.name}”",
            ),
        )
    if credit_code and site.body.credit_code is None:
        site.body.credit_code = credit_code
    session.flush()
    return site


def identity_of(site: Site) -> dict[str, str]:
    """Return who a filing is for, as its act and its leaf say it."""
    known = {
        "name": site.body.name,
        "credit_code": site.body.credit_code,
        "address": site.address,
    }
    return {name: value for name, value in known.items() if value}


def _find_body(session: Session, name: str, credit_code: str | None) -> Body:
    """Return the body a new site belongs to: by its credit code, else by its name."""
    if credit_code is not None:
        body = session.scalar(select(Body).where(Body.credit_code == credit_code))
        if body is not None and body.name != name:
            raise IssuerError(
                "credit_code_taken",
                Text(
                    f"该统一社会信用代码已备案给“{body.name}”；名称有变更的，请先办理变更名称",
                    f"this credit code is filed for “{body.name}”; if its name has changed, "
                    "change that first",
                ),
            )
        if body is not None:
            return body
    named = select(Body).where(Body.name == name)
    if credit_code is not None:
        named = named.where(Body.credit_code.is_(None))
    if (found := session.scalar(named)) is not None:
        return found
    check_body_name(name)
    return Body(name=name, credit_code=credit_code)
