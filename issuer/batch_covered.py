"""Which certificates of an issued batch the public check does not accept, by the list in force.

A filing may be suspended or withdrawn from the very day on which a batch was issued: what is dated
in that time is answered as outside the filing, and must not be handed out.
"""

from __future__ import annotations

from sqlalchemy import select

from codes.levels import Level
from codes.wording import Text, counted
from issuer.batch_room import BatchRoom
from issuer.errors import IssuerError
from issuer.opening import trust_source
from keys.errors import KeysError
from registry.batch_models import BatchDraft
from registry.errors import RegistryError
from registry.models import Award, AwardStatus, Batch, Site
from registry.session import reading


def not_covered(room: BatchRoom, draft: BatchDraft) -> frozenset[str]:
    """Return the numbers of current certificates dated while the body was not filed for them.

    None where there is no list to ask.
    """
    try:
        body = trust_source(room.home)().document.body(draft.prefix)
    except (IssuerError, KeysError, RegistryError):
        return frozenset()
    query = (
        select(Award.number, Award.occupation, Award.level, Award.issued_on)
        .join(Batch, Award.batch_id == Batch.id)
        .join(Site, Batch.site_id == Site.id)
        .where(Site.prefix == draft.prefix, Batch.name == draft.name)
        .where(Award.status == AwardStatus.CURRENT)
    )
    with reading(room.register) as session:
        return frozenset(
            one.number
            for one in session.execute(query)
            if body is None
            or body.scope_for(one.occupation, Level(one.level), one.issued_on) is None
        )


def warning_of(many: int) -> Text | None:
    """Return what is said of a batch with such certificates; None where there are none."""
    if not many:
        return None
    text = Text(
        f"{many} 张证书的发证日期不在本机构备案期内，公众核验不认可：请勿印制、发放和上传；"
        "请向备案主管部门核实",
        f"{many} {{certificate is|certificates are}} dated while this body was not filed for "
        "{it|them}, and the public check does not accept {it|them}: do not print, hand over or "
        "upload {it|them}; ask the authority",
    )
    return counted(text, many)
