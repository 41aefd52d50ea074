"""Who sits at the keyboard, why, and on what paper: what the audit trail says of every act."""

from __future__ import annotations

import getpass
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from codes.name_characters import is_unseen
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.errors import IssuerError
from registry.session import transaction
from registry.trail import note

DEFAULT_GROUND = "日常业务"
MOST_NAME = 60
LONGEST_GROUND = 300
LONGEST_REFERENCE = 200
_LONGEST = {"ground": LONGEST_GROUND, "reference": LONGEST_REFERENCE}
# A resident number, old or new: the trail names nobody but those who act.
_DOCUMENT_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One person at work.

    Args:
        name: as the office knows them.
        ground: why they act.
        reference: the paper it rests on, or empty.
    """

    name: str
    ground: str = DEFAULT_GROUND
    reference: str = ""


def read_operator(
    *,
    name: str | None,
    ground: str | None,
    reference: str | None,
    login: Callable[[], str] | None = None,
) -> Operator:
    """Return who acts, from what was given; without a name it is the user of the system.

    Raises:
        IssuerError: as `parse_name`; a text is too long or unprintable (`operator_text`), or
            names somebody by a document number (`operator_document_number`).
    """
    texts = {"ground": ground or DEFAULT_GROUND, "reference": reference or ""}
    for part, value in texts.items():
        if len(value) > _LONGEST[part] or not value.isprintable():
            raise IssuerError(
                "operator_text",
                Text(
                    "事由、依据须为可见字符，且不能过长",
                    "ground and reference are printable text of no great length",
                ),
            )
        if _DOCUMENT_NUMBER.search(value):
            raise IssuerError(
                "operator_document_number",
                Text(
                    "事由、依据中不要写证件号码，请改写证书编号或文号",
                    "write no document number into ground or reference; "
                    "give a certificate number or a file number",
                ),
            )
    return Operator(name=parse_name(name or (login or login_name)()), **texts)


def choose_name(of_root: str | None, of_command: str | None) -> str | None:
    """Return the one name given by `yanzhen --as` or by the command's own `--as`; None without.

    Raises:
        IssuerError: the two are not the same person (`operator_two_names`).
    """
    if of_root and of_command and not is_same_person(parse_name(of_root), parse_name(of_command)):
        raise IssuerError(
            "operator_two_names",
            Text(
                "命令前后两处 --as 写了不同的姓名，请只写一处",
                "--as was given twice, with two names; give it once",
            ),
        )
    return of_command or of_root


def parse_name(typed: str) -> str:
    """Return the name of somebody who acts, as it is kept.

    Raises:
        IssuerError: it is none (`operator_name`), or holds what nobody sees, by which one person
            could have two names (`operator_name_unseen`).
    """
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    unseen = next((char for char in name if is_unseen(char)), None)
    if unseen is not None:
        raise IssuerError(
            "operator_name_unseen",
            Text(
                f"经办人、审批人姓名中有不可见字符或附加符号（U+{ord(unseen):04X}），请删去后重新输入",
                "the name of who acts holds an invisible character or a combining mark "
                f"(U+{ord(unseen):04X}); leave it out",
            ),
        )
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise IssuerError(
            "operator_name",
            Text(
                f"经办人、审批人姓名应为 1–{MOST_NAME} 个可见字符",
                f"the name of who acts has 1–{MOST_NAME} printable characters",
            ),
        )
    return name


def login_name() -> str:
    """Return the name of the system's user, or the number of one without a name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


def note_act(session: Session, operator: Operator, act: str, subject: str, *, at: datetime) -> None:
    """Add an act to the audit trail, in the caller's transaction; as `registry.trail.note`."""
    note(
        session,
        actor=operator.name,
        act=act,
        subject=subject,
        ground=operator.ground,
        reference=operator.reference,
        at=at,
    )


def note_act_now(
    engine: Engine, operator: Operator, act: str, subject: str, *, at: datetime
) -> None:
    """Add an act to the audit trail, in a transaction of its own."""
    with transaction(engine) as session:
        note_act(session, operator, act, subject, at=at)


def subject_of_parameters(parameters: Mapping[str, object], names: tuple[str, ...]) -> str:
    """Return what a command's parameters say about whom or what it acts on.

    Args:
        parameters: of the command.
        names: those that name the subject, none of them personal data.
    """
    found: list[str] = []
    for name in names:
        value = parameters.get(name)
        if name == "key_id" and isinstance(value, int):
            value = f"{value:04x}"
        if isinstance(value, tuple):
            found += [str(one) for one in value]
        elif value is not None:
            found.append(str(value))
    return " ".join(found)
