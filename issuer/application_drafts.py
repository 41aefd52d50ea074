"""Applications being typed at the desk: kept as they are, files sealed, until they are taken in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.typed import visible_line
from codes.wording import Text
from issuer.application_entry import ApplicationEntry, check_length, form_entry, load_entry
from issuer.application_form import (
    ApplicationForm,
    inspect_application,
    parse_application,
)
from issuer.applications import MAX_MATERIAL_BYTES, MaterialFile, find_application, form_of
from issuer.desk import shanghai_day
from issuer.errors import FieldError, IssuerError
from registry.desk_sealed import SealedColumn
from registry.filing_desk_models import FilingDraft, FilingDraftFile
from registry.vault import Vault

_A_DAY = timedelta(days=1)
_MOST_FILES = 40
MOST_TITLE = 100
_MOST_FILE_NAME = 200


def _context(file: FilingDraftFile) -> str:
    return f"filing/draft/{file.sha256}"


DRAFT_FILE: Final = SealedColumn(FilingDraftFile, "sealed", _context)
"""The bytes of a material of a draft."""


def start_draft(session: Session, made_by: str, *, now: datetime) -> FilingDraft:
    """Begin a new application (`session` of the desks' database).

    What was begun a day ago and never filled in goes.
    """
    for one in session.scalars(select(FilingDraft).where(FilingDraft.changed_at < now - _A_DAY)):
        if not _is_begun(one):
            session.delete(one)
    draft = FilingDraft(made_by=made_by, changed_at=now, entry=ApplicationEntry().dump())
    session.add(draft)
    session.flush()
    return draft


def start_supplement(
    session: Session, register: Session, application_id: int, made_by: str, *, now: datetime
) -> FilingDraft:
    """Begin a supplement (补正): what was applied for last, without its files.

    Raises:
        IssuerError: there is no such application (`application_unknown`).
    """
    form = form_of(find_application(register, application_id, hold=False))
    draft = start_draft(session, made_by, now=now)
    draft.supplements = application_id
    draft.entry = load_entry(json.loads(form.dump())).dump()
    return draft


def open_drafts(session: Session) -> Sequence[FilingDraft]:
    """Return the drafts that hold something, the latest first."""
    found = session.scalars(select(FilingDraft).order_by(FilingDraft.changed_at.desc()))
    return [one for one in found if _is_begun(one)]


def _is_begun(draft: FilingDraft) -> bool:
    return bool(draft.files) or draft.entry != ApplicationEntry().dump()


def entry_of(draft: FilingDraft) -> ApplicationEntry:
    """Return what a draft says."""
    return load_entry(json.loads(draft.entry))


def save_draft(draft: FilingDraft, entry: ApplicationEntry, *, now: datetime) -> None:
    """Keep what was typed."""
    draft.entry = entry.compact().dump()
    draft.changed_at = now


def check_draft_as_shown(draft: FilingDraft, seen: str) -> None:
    """Refuse to keep what was typed over what somebody else kept meanwhile.

    Args:
        draft: held in a transaction.
        seen: `draft_mark` of the draft as the page showed it; empty without a page.

    Raises:
        IssuerError: it was changed since (`draft_moved`).
    """
    if seen not in ("", draft_mark(draft)):
        raise IssuerError(
            "draft_moved",
            Text(
                "打开本页之后，他人已修改并保存这份录入。您填写的内容仍在本页，尚未保存；"
                "核对后再次保存即替换（所选文件须重新选择）",
                "since this page was opened, somebody else changed and saved this entry. What you "
                "typed is still here, not saved; compare it, then save again to replace theirs "
                "(choose files again)",
            ),
        )


def draft_mark(draft: FilingDraft) -> str:
    """Return what tells one state of a draft from the next."""
    files = " ".join(str(one.id) for one in draft.files)
    return hashlib.sha256(f"{draft.entry} {files}".encode()).hexdigest()[:16]


def read_entry_file(data: bytes) -> ApplicationEntry:
    """Return the entry in an uploaded application file (JSON, as `yanzhen filing template`).

    Raises:
        IssuerError: it is none (`filing_unreadable`), or a field of it is too long
            (`filing_field`).
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(value, dict):
        raise _unreadable()
    entry = load_entry(value)
    check_length(entry)
    return entry


def add_file(
    draft: FilingDraft, vault: Vault, *, title: str, file: str, content: bytes
) -> FilingDraftFile:
    """Keep a material, sealed; one of the same title takes the other's place.

    Raises:
        IssuerError: it is empty or too large (`material_unreadable`), or there are too many
            (`materials_too_many`).
        VaultError: as `SealedColumn.put`.
    """
    name = visible_line(file.replace("\\", "/").rpartition("/")[2])[-_MOST_FILE_NAME:] or "材料"
    title = (visible_line(title.strip()) or name.rpartition(".")[0] or name)[:MOST_TITLE]
    if not 0 < len(content) <= MAX_MATERIAL_BYTES:
        raise IssuerError(
            "material_unreadable",
            Text(
                f"材料文件“{name}”不存在、为空或超过 50 MB",
                f"the material {name} is missing, empty or larger than 50 MB",
            ),
        )
    for known in [one for one in draft.files if one.title == title]:
        draft.files.remove(known)
    if len(draft.files) >= _MOST_FILES:
        raise IssuerError(
            "materials_too_many",
            Text(f"材料不得超过 {_MOST_FILES} 份", f"at most {_MOST_FILES} materials go with one"),
        )
    sha256 = hashlib.sha256(content).hexdigest()
    kept = FilingDraftFile(
        title=title,
        file=name,
        sha256=sha256,
        size=len(content),
    )
    draft.files.append(kept)
    DRAFT_FILE.put(kept, vault, content)
    return kept


def drop_file(draft: FilingDraft, file_id: int) -> None:
    """Take a material out of a draft, if it is in it."""
    for one in [one for one in draft.files if one.id == file_id]:
        draft.files.remove(one)


def inspect_draft(draft: FilingDraft, *, now: datetime) -> tuple[FieldError, ...]:
    """Return everything that is wrong with a draft, each with its field."""
    return inspect_application(_as_form(draft), today=shanghai_day(now))


def parse_draft_application(
    draft: FilingDraft, vault: Vault, *, now: datetime
) -> tuple[ApplicationForm, tuple[MaterialFile, ...]]:
    """Return form and materials of a draft, as `issuer.applications.submit` takes them.

    Raises:
        IssuerError: a field is at fault (`filing_field`).
        VaultError: a file was altered, or sealed by a vault key that was replaced since.
    """
    form = parse_application(_as_form(draft), today=shanghai_day(now))
    materials = tuple(
        MaterialFile(
            title=one.title,
            content=DRAFT_FILE.read(one, vault) or b"",
            sha256=one.sha256,
        )
        for one in draft.files
    )
    return form, materials


def _as_form(draft: FilingDraft) -> dict[str, object]:
    return form_entry(entry_of(draft), [(one.title, one.file) for one in draft.files])


def _unreadable() -> IssuerError:
    return IssuerError(
        "filing_unreadable",
        Text("不是可读取的申请文件（JSON）", "it is no readable application file (JSON)"),
    )
