"""What is asked for where a holder's data are to be erased: why, and on which paper."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from codes.wording import Text
from issuer.errors import IssuerError


class ErasureGround(StrEnum):
    """Why a holder's data are to go; article 47 of the Personal Information Protection Law."""

    REQUEST = "request"
    UNLAWFUL = "unlawful"
    OVER = "over"
    ORDER = "order"

    @property
    def text(self) -> Text:
        """The ground in both languages."""
        return _GROUNDS[self]


_GROUNDS = {
    ErasureGround.REQUEST: Text("本人要求或撤回同意", "the holder asks for it"),
    ErasureGround.UNLAWFUL: Text("违法处理个人信息", "the data were processed unlawfully"),
    ErasureGround.OVER: Text("保存期限已届满", "the period of keeping is over"),
    ErasureGround.ORDER: Text("法院或主管部门决定", "a court or authority orders it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for.

    Args:
        ground: why.
        reference: the paper it rests on, such as the holder's written request.
        order_reference: the court's or authority's paper that overrides the retention rule.
    """

    ground: ErasureGround
    reference: str
    order_reference: str | None


def check_order(wish: Wish) -> None:
    """Refuse an order without its paper, and the paper of an order with another ground.

    Raises:
        IssuerError: `erasure_order`.
    """
    if wish.ground is ErasureGround.ORDER and not wish.order_reference:
        raise IssuerError(
            "erasure_order",
            Text(
                "事由为法院或主管部门决定（--ground order）的，须用 --order 写明其文号",
                "where a court or authority orders it (--ground order), give the reference of its "
                "order: --order REFERENCE",
            ),
        )
    if wish.ground is not ErasureGround.ORDER and wish.order_reference:
        ground = wish.ground
        raise IssuerError(
            "erasure_order",
            Text(
                f"--order 是法院或主管部门决定的文号，只能与 --ground order 同用；所写事由为 "
                f"{ground.value}（{ground.text.zh}）。有此决定的请改用 --ground order，"
                "没有的请去掉 --order；申请书等依据写在 --reference",
                "--order is the reference of a court's or authority's order and goes with --ground "
                f"order; the ground given is {ground.value} ({ground.text.en}). If there is such "
                "an order, use --ground order; if not, leave --order out. A request's reference "
                "goes into --reference",
            ),
        )
