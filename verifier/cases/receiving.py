"""Several files handed into a case at once: each a paper of its own, none lost for another.

They are kept one after the other and judged in their turn by the runner, so that the answer does
not wait for ten verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from codes.wording import Text
from registry.cases import CaseError
from registry.errors import RegistryError
from registry.session import reading
from verifier.cases.casework import (
    Brought,
    Officer,
    check_open,
    check_words,
    find_case,
    shown_name,
)
from verifier.cases.examining import take_in
from verifier.cases.room import PoliceRoom

MOST_FILES: Final = 10
MOST_BYTES: Final = 60 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of one file.

    Args:
        name: of the file, as it is shown.
        place: in the case; None where it was not taken in.
        trouble: why it was not; None where it was.
        unread: whether that is as it cannot be verified, which may be confirmed.
    """

    name: str = field(repr=False)
    place: int | None
    trouble: Text | None
    unread: bool = False


def receive_several(
    room: PoliceRoom, officer: Officer, case_id: int, brought: Sequence[Brought]
) -> tuple[Received, ...]:
    """Take files into a case and have them wait for their verdicts; say of each what became of it.

    A file that is in the case already is not taken in again, so that a form may be sent twice.

    Raises:
        CaseError: of all of them: too many or too much (`paper_files`), who brought them is not
            said (`paper_from`), something is said to stand on them, which can be meant of one alone
            (`paper_typed`), or the case is no longer open (`case_not_open`). Nothing is taken in.
    """
    if len(brought) > MOST_FILES or sum(len(one.data or b"") for one in brought) > MOST_BYTES:
        raise CaseError(
            "paper_files",
            Text(
                f"一次最多 {MOST_FILES} 个文件、共 {MOST_BYTES >> 20} MB，请分次提交；"
                "所选文件均未接收",
                f"at most {MOST_FILES} files and {MOST_BYTES >> 20} MB at once: hand them in by "
                "parts; none of these was taken in",
            ),
        )
    for one in brought:
        check_words("paper_from", one.giver)
        if one.typed.kept:
            raise CaseError(
                "paper_typed",
                Text(
                    "所印编号、姓名只能随一个文件填写；多个文件请留空，或逐件提交",
                    "a number or name that is printed is given with one file alone: leave it out, "
                    "or hand the files in one by one",
                ),
            )
    with reading(room.desks) as session:
        check_open(find_case(session, case_id))
    return tuple(_received(room, officer, case_id, one) for one in brought)


def _received(room: PoliceRoom, officer: Officer, case_id: int, brought: Brought) -> Received:
    name = shown_name(brought.filename)
    try:
        place = take_in(room, officer, case_id, brought, waits=True)
    except RegistryError as error:
        unread = error.code == "paper_unread"
        return Received(name=name, place=None, trouble=error.text, unread=unread)
    return Received(name=name, place=place, trouble=None)
