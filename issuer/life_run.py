"""One run of `yanzhen life approve`: decide, make the corrected copy, tell the public.

The register answers by the act from the commit on; log and status list follow in the same run. A
run that is killed between is gone on with by `yanzhen tend`, a correction by the same command.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from issuer.copy_rows import ChosenCopies, archived, in_force
from issuer.copy_run import ARCHIVE_STEM, REISSUE_STEM
from issuer.delivery import check_out, folder_of
from issuer.desk import Desk
from issuer.exporting import ExportRun
from issuer.issuing import Progress, export_counted, finish_copies
from issuer.life_acts import show_act
from issuer.life_afterwards import telling
from issuer.life_approval import Approved, approve
from issuer.log_desk import office_of
from issuer.log_publishing import check_log, publish_log
from issuer.status_publishing import PublishedList, publish_behind, status_office_of
from log.leaves import LifeKind
from registry.store import make_folder
from templates.fonts import FontChain

CORRECTION_STEM = "更正"
_STEMS = {
    LifeKind.CORRECT: CORRECTION_STEM,
    LifeKind.REISSUE: REISSUE_STEM,
    LifeKind.ARCHIVE_COPY: ARCHIVE_STEM,
}

Files = tuple[tuple[str, Path], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeOutcome:
    """What an approval came to.

    Args:
        approved: what was done.
        lists: the status lists that were published.
        files: (number, file) of the certificate that was made.
    """

    approved: Approved
    lists: tuple[PublishedList, ...]
    files: Files


def approve_and_publish(
    desk: Desk,
    act_id: int,
    *,
    approver: str,
    hits: int,
    lived: int | None = None,
    out: Path | None,
    fonts: FontChain,
    progress: Progress,
) -> LifeOutcome:
    """Approve an act, finish what it makes, and publish the log and the status lists.

    Args:
        desk: the body's place of work.
        act_id: the act.
        approver: who approves.
        hits: how many awards the approver was shown that it changes.
        lived: as `approve`.
        out: where the certificate that is made goes; None keeps it in the store.
        fonts: what pages are set in.
        progress: told how far each phase is.

    Raises:
        IssuerError: as `approve`, or the public log cannot go on; nothing was changed.
        IssuerError, KeysError, RegistryError, TemplatesError: it broke off after the approval; the
            sentence says what is in effect and what is left, as `telling`.
    """
    act = show_act(desk, act_id)
    if out is not None and act.kind in _STEMS:
        make_folder(folder_of(out))  # a wrong folder is to be known before anything is void
        check_out(out, _stem(act.target, act.kind))
    log, status = office_of(desk), status_office_of(desk)
    check_log(log)
    approved = approve(desk, act_id, approver=approver, hits=hits, lived=lived)
    files: Files = ()
    with telling(desk, act_id, approved):
        if approved.copy_id is None:
            publish_log(log)
        else:
            files = _finish(desk, approved, act.target, out, fonts, progress)
        lists = publish_behind(status)
    return LifeOutcome(approved=approved, lists=lists, files=files)


def _finish(
    desk: Desk,
    approved: Approved,
    number: str,
    out: Path | None,
    fonts: FontChain,
    progress: Progress,
) -> Files:
    assert approved.copy_id is not None
    scope = ChosenCopies(ids=(approved.copy_id,))
    finish_copies(desk, scope, fonts, progress)
    if out is None:
        return ()
    run = ExportRun(
        scopes=(scope,),
        condition=archived if approved.kind is LifeKind.ARCHIVE_COPY else in_force,
        out=out,
        title=_STEMS[approved.kind],
        stem=_stem(number, approved.kind),
    )
    return export_counted(desk, run, fonts, progress)


def _stem(number: str, kind: LifeKind) -> str:
    return f"{number}-{_STEMS[kind]}"
