"""One run of `yanzhen life approve`: decide, make the corrected copy, tell the public.

The register answers by the act from the commit on; log and status list follow in the same run. A
run that is killed between is gone on with by `yanzhen tend`, a correction by the same command.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from issuer.copy_rows import ChosenCopies, in_force
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
from registry.store import make_folder
from templates.fonts import FontChain

CORRECTION_STEM = "更正"

Files = tuple[tuple[str, Path], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeOutcome:
    """What an approval came to.

    Args:
        approved: what was done.
        lists: the status lists that were published.
        files: (number, file) of the corrected certificate.
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
        out: where the corrected certificate goes; only a correction needs it.
        fonts: what pages are set in.
        progress: told how far each phase is.

    Raises:
        IssuerError: as `approve`, or the public log cannot go on; nothing was changed.
        IssuerError, KeysError, RegistryError, TemplatesError: it broke off after the approval; the
            sentence says what is in effect and what is left, as `telling`.
    """
    act = show_act(desk, act_id)
    if out is not None:
        make_folder(folder_of(out))  # a wrong folder is to be known before anything is void
        check_out(out, _stem(act.target))
    log, status = office_of(desk), status_office_of(desk)
    check_log(log)
    approved = approve(desk, act_id, approver=approver, hits=hits)
    files: Files = ()
    with telling(desk, act_id, approved):
        if approved.copy_id is None:
            publish_log(log)
        else:
            files = _finish(desk, approved.copy_id, act.target, out, fonts, progress)
        lists = publish_behind(status)
    return LifeOutcome(approved=approved, lists=lists, files=files)


def _finish(
    desk: Desk,
    copy_id: int,
    number: str,
    out: Path | None,
    fonts: FontChain,
    progress: Progress,
) -> Files:
    scope = ChosenCopies(ids=(copy_id,))
    finish_copies(desk, scope, fonts, progress)
    if out is None:
        return ()
    run = ExportRun(
        scopes=(scope,),
        condition=in_force,
        out=out,
        title=CORRECTION_STEM,
        stem=_stem(number),
    )
    return export_counted(desk, run, fonts, progress)


def _stem(number: str) -> str:
    return f"{number}-{CORRECTION_STEM}"
