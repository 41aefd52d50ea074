"""What an operator is told where an act is approved and what follows it broke off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from codes.wording import Text
from issuer.desk import Desk
from issuer.errors import Interrupted, IssuerError
from issuer.life_approval import Approved
from issuer.life_words import KIND_WORDS
from keys.errors import KeysError
from log.errors import LogError
from log.leaves import LifeKind
from registry.errors import RegistryError
from registry.models import Copy, CopyState
from registry.session import reading
from templates.errors import TemplatesError

_PUBLISHED_LATER = Text(
    "尚未公布的日志和状态列表，待上述原因排除后运行 yanzhen tend 即可公布，无须再次审批",
    "log and status lists are published as soon as that is put right: run yanzhen tend; it needs "
    "no other approval",
)
_DONE_LATER = Text(
    "待上述原因排除后，由同一审批人重新运行同一命令即可办完",
    "as soon as that is put right, the same approver runs the same command again",
)


@contextmanager
def telling(desk: Desk, act_id: int, approved: Approved) -> Iterator[None]:
    """Let an error from here on say that the act is approved, if it is in effect, what is left.

    Raises:
        Interrupted: the operator stopped it.
        IssuerError: a file could not be written (`act_broken_off`); all else keeps class and code.
    """
    try:
        yield
    except (IssuerError, KeysError, LogError, RegistryError, TemplatesError) as error:
        error.text = _told(desk, act_id, approved, error.text)
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        told = _told(desk, act_id, approved, Text(reason, reason))
        raise IssuerError(
            "act_broken_off", Text(f"审批后中断：{told.zh}", f"broken off: {told.en}")
        ) from error
    except KeyboardInterrupt as error:
        told = _told(desk, act_id, approved, Text("操作员中止", "the operator stopped it"))
        raise Interrupted(
            "act_interrupted", Text(f"审批后中止：{told.zh}", f"stopped: {told.en}")
        ) from error


def _told(desk: Desk, act_id: int, approved: Approved, reason: Text) -> Text:
    stands = _stands(desk, approved)
    left = _PUBLISHED_LATER if approved.copy_id is None else _DONE_LATER
    return Text(
        f"审批事项 {act_id} {stands.zh}；其后未办完：{reason.zh.rstrip('。')}。{left.zh}",
        f"act {act_id} {stands.en}; what follows is not finished: {reason.en.rstrip('.')}. "
        f"{left.en}",
    )


def _stands(desk: Desk, approved: Approved) -> Text:
    """Return whether an approved act is in effect on line by now."""
    if approved.copy_id is not None:
        return _made(desk, approved.kind, approved.copy_id)
    if approved.kind is LifeKind.LIFT:
        return Text(
            "已批准，网上核验待日志公布后恢复有效",
            "is approved, and in effect on line once the log is published",
        )
    return Text(
        "已批准并生效，网上核验已按此答复",
        "is approved and in effect; verification on line says so",
    )


def _made(desk: Desk, kind: LifeKind, copy_id: int) -> Text:
    try:
        with reading(desk.engine) as session:
            reserved = session.get_one(Copy, copy_id).state == CopyState.RESERVED
    except RegistryError:
        return Text("已批准，是否生效未能查明", "is approved; whether it is in effect is not known")
    if kind is not LifeKind.CORRECT:
        return _copied(kind, reserved=reserved)
    if reserved:
        return Text(
            "已批准，更正尚未生效，原证书仍以原状态核验",
            "is approved and not in effect yet; the certificate before still stands as it did",
        )
    return Text(
        "已批准并生效，原来的各份已作废，更正后的证书待日志公布后即可核验",
        "is approved and in effect; the copies before are void, and the corrected certificate "
        "verifies once the log is published",
    )


def _copied(kind: LifeKind, *, reserved: bool) -> Text:
    what = KIND_WORDS[kind]
    if reserved:
        return Text(
            f"已批准，{what.zh}尚未办成，原有各份仍以原状态核验",
            f"is approved and not in effect yet ({what.en}); the copies before still stand as they "
            "did",
        )
    return Text(
        f"已批准并生效（{what.zh}），新的一份待日志公布后即可核验",
        f"is approved and in effect ({what.en}); the new copy verifies once the log is published",
    )
