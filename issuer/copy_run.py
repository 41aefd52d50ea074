"""One run of `yanzhen copies …`: reserve, finish by the steps of issuing, write out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from issuer.copy_list import find_batch, numbers_in_force
from issuer.copy_rows import CHUNK, BatchCopies, ChosenCopies, CopyScope, archived, in_force
from issuer.copying import CopyReservation, reserve_archives, reserve_reissue
from issuer.delivery import batch_stem, check_out, folder_of
from issuer.desk import Desk
from issuer.exporting import ExportRun
from issuer.issuing import (
    Phase,
    Progress,
    counting,
    export_batch,
    export_counted,
    finish_copies,
)
from issuer.left_out import LeftOut, find_left_out
from issuer.log_desk import office_of
from issuer.log_publishing import check_log
from issuer.status_publishing import publish_behind, status_office_of
from registry.models import ReissueReason
from registry.session import reading
from registry.store import make_folder
from templates.fonts import FontChain

Files = tuple[tuple[str, Path], ...]
ARCHIVE_STEM = "存档副本"
REISSUE_STEM = "补发"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOutcome:
    """What a run came to: the copies, and (number, file) of each that was written."""

    copies: tuple[CopyReservation, ...]
    files: Files


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export came to: (number, file) of each that was written, and what was left out."""

    files: Files
    left_out: tuple[LeftOut, ...]


def reissue(
    desk: Desk,
    number: str,
    *,
    reason: ReissueReason,
    replaces: str,
    out: Path,
    fonts: FontChain,
    progress: Progress,
) -> CopyOutcome:
    """Make a reissue and write it out; asked again with the same `replaces`, the same one.

    Raises:
        IssuerError: as `reserve_reissue`; nothing was changed.
        KeysError, RegistryError, TemplatesError, OSError: the run broke off; the same call goes
            on where it stopped. The copy before stays in force until this one is on record.
    """
    make_folder(folder_of(out))  # a wrong folder is to be known before anything is void
    check_out(out, f"{number}-{REISSUE_STEM}")
    check_log(office_of(desk))
    copy = reserve_reissue(desk, number, reason=reason, replaces=replaces)
    scope = ChosenCopies(ids=(copy.copy_id,))
    finish_copies(desk, scope, fonts, progress)
    publish_behind(status_office_of(desk))
    run = ExportRun(
        scopes=(scope,),
        condition=in_force,
        out=out,
        title=REISSUE_STEM,
        stem=f"{number}-{REISSUE_STEM}",
    )
    return CopyOutcome(copies=(copy,), files=export_counted(desk, run, fonts, progress))


def archive_numbers(
    desk: Desk, numbers: Sequence[str], *, out: Path, fonts: FontChain, progress: Progress
) -> CopyOutcome:
    """Make an archive duplicate of each number that has none, and write all of them out.

    Raises:
        As `reissue`.
    """
    make_folder(folder_of(out))
    check_out(out, ARCHIVE_STEM)
    check_log(office_of(desk))
    copies = reserve_archives(desk, numbers, counting(Phase.RESERVE, len(numbers), progress))
    ids = [copy.copy_id for copy in copies]
    scopes = [
        ChosenCopies(ids=tuple(ids[start : start + CHUNK])) for start in range(0, len(ids), CHUNK)
    ]
    for scope in scopes:
        finish_copies(desk, scope, fonts, progress)
    files = _write_archives(desk, scopes, "", out, fonts, progress)
    return CopyOutcome(copies=tuple(copies), files=files)


def archive_batch(
    desk: Desk, batch: str, *, out: Path, fonts: FontChain, progress: Progress
) -> CopyOutcome:
    """Make an archive duplicate of every award of a batch that is in force, and write them out.

    Raises:
        IssuerError: no such batch (`batch_unknown`), or as `reserve_archives`.
        KeysError, RegistryError, TemplatesError, OSError: as `reissue`.
    """
    make_folder(folder_of(out))
    check_out(out, _archive_stem(batch))
    with reading(desk.engine) as session:
        batch_id = find_batch(session, desk.site, batch)
        numbers = numbers_in_force(session, batch_id)
    check_log(office_of(desk))
    copies = reserve_archives(desk, numbers, counting(Phase.RESERVE, len(numbers), progress))
    scope = BatchCopies(batch_id=batch_id)
    finish_copies(desk, scope, fonts, progress)
    files = _write_archives(desk, [scope], batch, out, fonts, progress)
    return CopyOutcome(copies=tuple(copies), files=files)


def export_again(
    desk: Desk, batch: str, *, out: Path, fonts: FontChain, progress: Progress
) -> Exported:
    """Write out the certificates of a batch that are in force, with the same bytes as before.

    Raises:
        IssuerError: no such batch (`batch_unknown`).
        StoreError, OSError: as `export`.
    """
    with reading(desk.engine) as session:
        batch_id = find_batch(session, desk.site, batch)
    files = export_batch(desk, batch_id, batch, out, fonts, progress)
    return Exported(files=files, left_out=find_left_out(desk, batch_id))


def _write_archives(
    desk: Desk,
    scopes: Sequence[CopyScope],
    batch: str,
    out: Path,
    fonts: FontChain,
    progress: Progress,
) -> Files:
    run = ExportRun(
        scopes=scopes,
        condition=archived,
        out=out,
        title=f"{batch} {ARCHIVE_STEM}".strip(),
        stem=_archive_stem(batch),
    )
    return export_counted(desk, run, fonts, progress)


def _archive_stem(batch: str) -> str:
    return f"{batch_stem(batch)}-{ARCHIVE_STEM}" if batch else ARCHIVE_STEM
