"""The certificates of an issued batch as a few PDFs for a printer, made in the background.

Such a file is for printing alone: it carries no electronic seal. Its pages are those of the ZIP, in
the order of the list in it; both are written anew together, as the register is then. What is to be
made, and how much of it is done, stands in the row of the batch: after a killed runner the next one
goes on.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from codes.number_rule import NUMBER_LENGTH
from codes.wording import Text
from issuer.batch_checks import holding, keep, trouble_of, trouble_values
from issuer.batch_issue import (
    certificates_path,
    delivery_folder,
    has_in_force,
    is_written_as_now,
    write_again,
)
from issuer.batch_room import BatchRoom, draft_closed, find_draft
from issuer.batch_states import DraftState
from issuer.delivery import batch_stem
from issuer.errors import IssuerError
from registry.batch_models import BatchDraft
from registry.child import Child
from registry.session import reading, transaction
from registry.store import make_folder, write_durably

PRINTING: Final = "print"
"""What the row of an issued batch says while its files for the printer are being made."""

CERTIFICATES_A_FILE: Final = 300
_SECONDS: Final = 600.0
_MEMORY_BYTES: Final = 1 << 30
_ANSWER_BYTES: Final = 256 << 20
_MADE = re.compile(r"([0-9]{6})-([0-9]{6})\.pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintFile:
    """One file for a printer.

    Args:
        part: from 1.
        first, last: which certificates of the order list are in it, both included.
        size_bytes: of the file.
    """

    part: int
    first: int
    last: int
    size_bytes: int
    path: Path


def ask_for_files(room: BatchRoom, prefix: str, draft_id: int) -> None:
    """Have the files of an issued batch made, in place of those there are.

    Raises:
        IssuerError: `draft_unknown`; it is not issued (`draft_closed`); nothing of it is in force
            (`batch_none_in_force`).
    """
    with transaction(room.desks) as session:
        draft = find_draft(session, prefix, draft_id, locked=True)
        if DraftState(draft.state) is not DraftState.ISSUED:
            raise draft_closed(draft)
        if not has_in_force(room, draft):
            raise _none_in_force()
        draft.phase, draft.done, draft.total = PRINTING, 0, draft.rows
        draft.trouble = draft.trouble_zh = draft.trouble_en = None


def _none_in_force() -> IssuerError:
    return IssuerError(
        "batch_none_in_force",
        Text(
            "本批次没有现行有效的证书，没有可以下载、印制的文件",
            "no certificate of this batch is in force, so there is nothing to download or print",
        ),
    )


def is_printing(draft: BatchDraft) -> bool:
    """Return whether the files of an issued batch are being made."""
    return draft.phase == PRINTING and DraftState(draft.state) is DraftState.ISSUED


def current_certificates(room: BatchRoom, draft: BatchDraft) -> Path:
    """Return the ZIP of an issued batch with what is in force now, written anew where it changed.

    Files for the printer that were made before such a change are removed.

    Raises:
        IssuerError: nothing of the batch is in force (`batch_none_in_force`).
    """
    if not has_in_force(room, draft):
        raise _none_in_force()
    path = certificates_path(room, draft)
    if not (path.is_file() and is_written_as_now(room, draft)):
        shutil.rmtree(_folder(room, draft.id), ignore_errors=True)
        path.unlink(missing_ok=True)
        if is_printing(draft):
            ask_for_files(room, draft.prefix, draft.id)
        write_again(room, draft)
    return path


def print_files(room: BatchRoom, draft: BatchDraft) -> list[PrintFile]:
    """Return the files for the printer that lie ready, in order; none while they are made.

    None either once another certificate is in force than when they were made.
    """
    if is_printing(draft) or not is_written_as_now(room, draft):
        return []
    found = []
    for part, path in enumerate(sorted(_folder(room, draft.id).glob("*.pdf")), start=1):
        match = _MADE.fullmatch(path.name)
        if match is not None:
            first, last = int(match[1]), int(match[2])
            size = path.stat().st_size
            found.append(PrintFile(part=part, first=first, last=last, size_bytes=size, path=path))
    return found


def find_print_file(room: BatchRoom, draft: BatchDraft, part: int) -> PrintFile:
    """Return one file for the printer.

    Raises:
        IssuerError: it is not there, or no more (`print_gone`).
    """
    found = {one.part: one for one in print_files(room, draft)}.get(part)
    if found is None:
        raise IssuerError(
            "print_gone",
            Text(
                "打印文件还没有生成，或保存期满、证书有变动后已删除；请在批次页点“生成打印文件”",
                "the file for the printer is not made yet, or was deleted as its term was over "
                "or as a certificate changed; have it made on the page of the batch",
            ),
        )
    return found


def make_next(room: BatchRoom, draft_id: int) -> bool:
    """Make the next file that was asked for; return False where another is at this batch.

    One file at a time, so that what others wait for comes between. Whatever stops it is kept with
    the batch for the screen; nothing is raised for it.
    """
    with holding(room, draft_id) as held:
        if not held:
            return False
        with reading(room.desks) as session:
            draft = session.get(BatchDraft, draft_id)
        if draft is None or not is_printing(draft):
            return True
        try:
            values = _make_next(room, draft)
        except Exception as error:  # noqa: BLE001 - the page must not say that it goes on
            shutil.rmtree(_folder(room, draft_id), ignore_errors=True)
            values = {"phase": None, **trouble_values(trouble_of(error))}
        keep(room, draft_id, values)
        return True


def _make_next(room: BatchRoom, draft: BatchDraft) -> dict[str, Any]:
    """Make the file after those there are; return how far the batch is with it."""
    folder, path = _folder(room, draft.id), certificates_path(room, draft)
    if draft.done == 0 or not path.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        path.unlink(missing_ok=True)  # where nothing is in force any more, none is written
        write_again(room, draft)
        draft.done = 0
    names = _certificates(path, draft)
    some = names[draft.done : draft.done + CERTIFICATES_A_FILE]
    done = draft.done + len(some)
    if some:
        make_folder(folder)
        name = f"{draft.done + 1:06d}-{done:06d}.pdf"
        write_durably(folder / name, _join(path, some))
    over = done >= len(names)
    return {"phase": None if over else PRINTING, "done": done, "total": len(names)}


def _join(path: Path, names: Sequence[str]) -> bytes:
    question = {"zip": str(path.absolute()), "names": names}
    with Child(
        "issuer.print_child",
        seconds=_SECONDS,
        memory_bytes=_MEMORY_BYTES,
        answer_bytes=_ANSWER_BYTES,
    ) as child:
        return child.ask(json.dumps(question).encode())


def _certificates(path: Path, draft: BatchDraft) -> list[str]:
    """Return the names of the certificates in a ZIP, in the order of the list in it."""
    if not path.is_file():  # none is in force
        return []
    own = f"{batch_stem(draft.name)}-"
    with zipfile.ZipFile(path) as archive:
        return [
            name
            for name in archive.namelist()
            if name.endswith(".pdf")
            and name[NUMBER_LENGTH : NUMBER_LENGTH + 1] == "-"
            and not name.startswith(own)
        ]


def _folder(room: BatchRoom, draft_id: int) -> Path:
    return delivery_folder(room, draft_id) / "print"
