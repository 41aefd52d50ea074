"""An application's way through the stages, up to the filing: who did what, when and why.

Each step is a row of `application_decisions`, checked by the table of `issuer.application_states`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.application_form import ApplicationForm, likely_prefix, parse_application
from issuer.application_states import Stage, Step, next_stage
from issuer.body_name import check_body_name
from issuer.desk import shanghai_day
from issuer.errors import FieldError, IssuerError
from issuer.filing_acts import Decision, check_decided_on
from registry.filing_models import ApplicationDecision, ApplicationMaterial, FilingApplication
from registry.filing_models import ApplicationForm as FormRow
from registry.holder_keys import check_vault_in_force
from registry.home import Home
from registry.models import Site
from registry.vault import Vault, new_key

MAX_MATERIAL_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialFile:
    """A material with its bytes, read and hashed."""

    title: str
    content: bytes
    sha256: str


def read_materials(form: ApplicationForm, folder: Path) -> tuple[MaterialFile, ...]:
    """Read the files that an application names, from the folder it lies in.

    Raises:
        IssuerError: a file is missing, empty or too large (`material_unreadable`).
    """
    return tuple(_read_material(folder, one.title, one.file) for one in form.materials)


def submit(
    session: Session,
    home: Home,
    vault: Vault,
    form: ApplicationForm,
    materials: tuple[MaterialFile, ...],
    decision: Decision,
    *,
    now: datetime,
) -> FilingApplication:
    """Take in an application (受理申报).

    Args:
        session: in a transaction.
        home: whose store takes the materials.
        vault: seals their keys.
        form: what is applied for.
        materials: the files, as `read_materials`.
        decision: who took it in, on which day.
        now: aware.

    Raises:
        IssuerError: the unit has an application under way (`application_open`); it asks for a
            serial that another body has (`serial_taken`); its name is reserved
            (`body_name_reserved`); a day as in `check_decided_on`.
    """
    check_decided_on(decision.decided_on, shanghai_day(now))
    check_body_name(form.name)
    check_serials(session, form)
    running = application_under_way(session, form.credit_code)
    if running is not None:
        raise IssuerError(
            "application_open",
            Text(
                f"该单位的第 {running} 号申请尚未办结；补正材料请在该申请中录入",
                f"application {running} of this unit is still open; a supplement is entered there",
            ),
        )
    application = FilingApplication(
        name=form.name,
        credit_code=form.credit_code,
        state=Stage.RECEIVED.value,
        received_on=decision.decided_on,
    )
    session.add(application)
    session.flush()
    _add_form(session, home, vault, application, form, materials, decision.decided_on, now)
    _note(session, application, Step.APPLY, decision, before="", now=now)
    return application


def supplement(
    session: Session,
    home: Home,
    vault: Vault,
    application: FilingApplication,
    form: ApplicationForm,
    materials: tuple[MaterialFile, ...],
    decision: Decision,
    *,
    now: datetime,
) -> None:
    """Take in a supplement (补正) to a returned application; arguments as `submit`.

    Raises:
        IssuerError: it was not returned (`application_step`), or the supplement is another unit's
            (`supplement_of_another`), or its name is reserved (`body_name_reserved`), or it asks
            for a serial that another body has (`serial_taken`).
    """
    check_body_name(form.name)
    check_serials(session, form)
    if form.credit_code != application.credit_code:
        raise IssuerError(
            "supplement_of_another",
            Text(
                "补正材料的统一社会信用代码与原申请不符",
                "the supplement has another credit code than the application",
            ),
        )
    take_step(session, application, Step.SUPPLEMENT, decision, now=now)
    application.name = form.name
    _add_form(session, home, vault, application, form, materials, decision.decided_on, now)


def application_under_way(session: Session, credit_code: str) -> int | None:
    """Return the number of the application of a unit that is not closed; None without."""
    query = select(FilingApplication.id).where(FilingApplication.credit_code == credit_code)
    return session.scalar(query.where(FilingApplication.state.not_in((Stage.REFUSED, Stage.FILED))))


def check_serials(session: Session, form: ApplicationForm) -> None:
    """Refuse a serial that a body of another name and credit code was filed with.

    Raises:
        FieldError: naming the site (`serial_taken`).
    """
    for at, asked in enumerate(form.sites):
        prefix = likely_prefix(form, asked)
        site = session.scalar(select(Site).where(Site.prefix == prefix)) if prefix else None
        if site is None or form.name == site.body.name:
            continue
        if form.credit_code != site.body.credit_code:
            fault = Text(
                f"{asked.serial} 已是“{site.body.name}”的机构序列码；请填写其他序列码，或留空",
                f"{asked.serial} is the serial of “{site.body.name}”; enter another or none",
            )
            raise FieldError("serial_taken", fault, field=f"sites[{at}].serial", fault=fault)


def find_application(
    session: Session, application_id: int, *, hold: bool = True
) -> FilingApplication:
    """Return an application.

    Args:
        session: reads it.
        application_id: its number.
        hold: keep others from changing it until the transaction ends.

    Raises:
        IssuerError: there is none (`application_unknown`).
    """
    query = select(FilingApplication).where(FilingApplication.id == application_id)
    application = session.scalar(query.with_for_update() if hold else query)
    if application is None:
        raise IssuerError(
            "application_unknown",
            Text(
                f"没有第 {application_id} 号申请",
                f"there is no application {application_id}",
            ),
        )
    return application


def check_as_shown(application: FilingApplication, seen: str) -> None:
    """Refuse a step that was chosen before somebody else took one.

    Args:
        application: held in a transaction.
        seen: how many steps the page showed that the step was chosen on; empty without a page.

    Raises:
        IssuerError: there are more by now (`application_moved`).
    """
    if seen not in ("", str(len(application.decisions))):
        last = application.decisions[-1]
        raise IssuerError(
            "application_moved",
            Text(
                f"打开本页之后，{last.decider}已办理了下一环节；请核对现在的情况后再办",
                f"since this page was opened, {last.decider} took a step; look at it as it is now",
            ),
        )


def form_of(application: FilingApplication) -> ApplicationForm:
    """Return what is applied for now: the last version of the form."""
    row = application.forms[-1]
    return parse_application(json.loads(row.form), today=row.received_on)


def take_step(
    session: Session,
    application: FilingApplication,
    step: Step,
    decision: Decision,
    *,
    now: datetime,
) -> None:
    """Move an application by one step and put on record who did it.

    Raises:
        IssuerError: the step is not open (`application_step`), the decider or the reason is missing
            (`decider_missing`, `reason_missing`), or the day is before the last step's
            (`decided_before_last_step`), in the future or long ago.
    """
    before = Stage(application.state)
    reached = next_stage(before, step)
    _check_decision(application, step, decision, shanghai_day(now))
    application.state = reached.value
    _note(session, application, step, decision, before=before.value, now=now)


def _check_decision(
    application: FilingApplication, step: Step, decision: Decision, today: date
) -> None:
    check_decided_on(decision.decided_on, today)
    if not decision.decider:
        raise IssuerError("decider_missing", Text("须写明经办人", "name who decides"))
    if step in (Step.RETURN, Step.REFUSE, Step.DISMISS, Step.UPHOLD) and not decision.reason:
        raise IssuerError("reason_missing", Text("须写明理由", "say why"))
    last = max(one.decided_on for one in application.decisions)
    if decision.decided_on < last:
        day, before = spoken_day(decision.decided_on), spoken_day(last)
        raise IssuerError(
            "decided_before_last_step",
            Text(
                f"决定日期{day.zh}早于上一环节的{before.zh}",
                f"the decision of {day.en} is before the last step, of {before.en}",
            ),
        )


def _note(
    session: Session,
    application: FilingApplication,
    step: Step,
    decision: Decision,
    *,
    before: str,
    now: datetime,
) -> None:
    session.add(
        ApplicationDecision(
            application_id=application.id,
            step=step.value,
            state_before=before,
            state_after=application.state,
            decider=decision.decider or "",
            approver=decision.approver,
            reason=decision.reason or "",
            reference=decision.reference,
            decided_on=decision.decided_on,
            recorded_at=now,
        )
    )
    session.flush()
    session.expire(application, ["decisions"])


def _add_form(
    session: Session,
    home: Home,
    vault: Vault,
    application: FilingApplication,
    form: ApplicationForm,
    materials: tuple[MaterialFile, ...],
    received_on: date,
    now: datetime,
) -> None:
    check_vault_in_force(session, vault)
    query = select(func.count()).where(FormRow.application_id == application.id)
    row = FormRow(
        application_id=application.id,
        version=(session.scalar(query) or 0) + 1,
        form=form.dump(),
        received_on=received_on,
        recorded_at=now,
    )
    for material in materials:
        key = new_key()
        row.materials.append(
            ApplicationMaterial(
                title=material.title,
                sha256=material.sha256,
                size=len(material.content),
                stored=home.store.put(material.content, key),
                key_sealed=vault.seal(material_context(material.sha256), key),
            )
        )
    session.add(row)
    session.flush()
    session.expire(application, ["forms"])


def open_material(home: Home, vault: Vault, material: ApplicationMaterial) -> bytes:
    """Return a material's bytes.

    Raises:
        StoreError, VaultError: it is missing, was altered, or belongs to another vault.
    """
    key = vault.unseal(material_context(material.sha256), material.key_sealed)
    return home.store.get(material.stored, key)


def material_context(sha256: str) -> str:
    """Return what the key of a material is sealed under."""
    return f"filing/material/{sha256}"


def _read_material(folder: Path, title: str, name: str) -> MaterialFile:
    path = folder / name
    try:
        if not path.is_file():
            raise OSError("not a regular file")
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(name) from error
    if not 0 < len(content) <= MAX_MATERIAL_BYTES:
        raise _unreadable(name)
    return MaterialFile(title=title, content=content, sha256=hashlib.sha256(content).hexdigest())


def _unreadable(name: str) -> IssuerError:
    return IssuerError(
        "material_unreadable",
        Text(
            f"材料文件“{name}”不存在、为空或超过 50 MB",
            f"the material {name} is missing, empty or larger than 50 MB",
        ),
    )
