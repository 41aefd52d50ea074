"""A verdict says since which day a certificate is not in force."""

from __future__ import annotations

import pytest

from codes.wording import Text
from registry.models import AwardStatus
from tests.verifier.world import TODAY, CopyPlan, World, make_record, sign_record
from verifier.verdict import say_day


@pytest.mark.parametrize(
    ("award", "zh", "en"),
    [
        (AwardStatus.REVOKED, "证书已于{}撤销。", "The certificate was revoked on {}."),
        (AwardStatus.SUSPENDED, "证书已自{}起暂停使用。", "The certificate is suspended since {}."),
    ],
)
def test_since_when_a_certificate_is_not_in_force_is_said(
    world: World, award: AwardStatus, zh: str, en: str
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued), status=award)
    verdict = world.verifier().verify_qr(issued.qr_text())
    (said,) = (one for one in verdict.findings if one.code == f"award_{award.value}")
    day = say_day(TODAY)
    assert said.text == Text(zh.format(day.zh), en.format(day.en))
    assert said.evidence == {"since": TODAY.isoformat()}
