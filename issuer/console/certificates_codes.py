"""What the page of a certificate says of its holder's codes."""

from __future__ import annotations

from datetime import datetime

from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.awarding import open_private
from issuer.console.office import Office
from registry.holder_access import (
    MOST_TRIES,
    CodeKept,
    CodePurpose,
    HolderClaim,
    HolderKeys,
    codes_kept,
)
from registry.models import Award
from registry.public_database import public_database, public_database_url
from registry.session import reading

_CALLED = {
    CodePurpose.COUNTER: Text("窗口发的查看码", "Code made at the counter"),
    CodePurpose.HANDOVER: Text("随领证签收表发的查看码", "Code handed over with the certificate"),
}
_NONE = Text(
    "没有可以使用的查看码：没有发过，或者已经用过、已过期",
    "There is no code to use: none was made, or it was used or is over",
)


def codes_told(office: Office, award: Award) -> list[Text]:
    """Return how the codes of a certificate's holder stand, for who is asked why one fails.

    Raises:
        RegistryError: the award does not open.
    """
    number = open_private(office.vault(), award).document_number
    claim, now = HolderClaim(number=award.number, document_number=number), office.clock()
    with public_database(public_database_url(office.home)) as public, reading(public) as session:
        kept = codes_kept(session, HolderKeys(office.home.pepper()), claim, now=now)
    told = [_code(one, now) for one in kept.codes] or [_NONE]
    if kept.codes and kept.shut_until is not None:
        until = spoken_day(kept.shut_until)
        told.append(
            Text(
                f"已试错 {MOST_TRIES} 次，{until.zh} 以前都不能进入；需要的，当面另发",
                f"Tried {MOST_TRIES} times, so it lets nobody in until {until.en}; make another "
                "at the counter if it is needed sooner",
            )
        )
    return told


def _code(one: CodeKept, now: datetime) -> Text:
    called, made, until = _CALLED[one.purpose], spoken_day(one.made_at), spoken_day(one.expires_at)
    if one.expires_at <= now:
        return Text(
            f"{called.zh}：{made.zh} 发出，没有使用，{until.zh} 已过期",
            f"{called.en} on {made.en}: not used, over since {until.en}",
        )
    return Text(
        f"{called.zh}：{made.zh} 发出，还没有使用，有效至 {until.zh}",
        f"{called.en} on {made.en}: not used yet, good until {until.en}",
    )
