"""Puts the authority's desk into the private application: its pages, and the way to them."""

from __future__ import annotations

from flask import Flask

from accounts.page_words import Place, add_places
from accounts.waiting import add_waiting
from codes.wording import Text
from issuer.console.authority import READERS
from issuer.console.filing import blueprint as applications
from issuer.console.filing_bodies import blueprint as bodies
from issuer.console.filing_drafts import blueprint as drafts
from issuer.console.filing_notice import blueprint as notices
from issuer.console.filing_proposals import blueprint as proposals
from issuer.console.filing_quality import blueprint as quality
from issuer.console.filing_trust import blueprint as trust
from issuer.console.filing_waiting import waiting_for_officials

_PLACES = (
    (
        "filing.applications",
        Text("备案申请", "Applications"),
        Text("受理申报，初审、遴选、公示到备案", "Review, selection and notice, up to filing"),
        Text("查看各申请的环节、意见和公示", "See where each stands, opinions and notices"),
    ),
    (
        "filing_bodies.bodies",
        Text("备案机构", "Filed bodies"),
        Text(
            "备案范围和期限，续期、变更、暂停、撤销", "What each may award; renew, change, withdraw"
        ),
        Text("查看备案范围、期限、密钥和沿革", "See what each may award, its keys and history"),
    ),
    (
        "filing_proposals.waiting",
        Text("备案审批", "Filing approvals"),
        Text("备案方面由一人提出、等另一人批准的事项", "Filing acts that wait for a second person"),
        Text("查看备案方面由谁提出、由谁批准", "See who proposed and who approved"),
    ),
    (
        "filing_quality.checks",
        Text("质量检查", "Quality checks"),
        Text("抽查已核发的证书", "Look at samples of what was issued"),
        Text("查看抽查的样本、种子和结果", "See samples, their seeds and findings"),
    ),
    (
        "filing_trust.trust",
        Text("信任列表", "Trust list"),
        Text(
            "公布哪些机构、哪些密钥可信，到期前重新签署",
            "Which bodies and keys are trusted; sign before it expires",
        ),
        Text("查看公布哪些机构、哪些密钥可信", "See which bodies and keys are trusted"),
    ),
)


def add_authority_desk(app: Flask) -> None:
    """Register the pages of the authority and their places in the navigation."""
    for part in (applications, drafts, notices, bodies, proposals, quality, trust):
        app.register_blueprint(part)
    roles = frozenset(READERS)
    add_waiting(app, waiting_for_officials)
    add_places(
        app,
        [
            Place(endpoint=at, text=text, roles=roles, purpose=why, looked_at=seen)
            for at, text, why, seen in _PLACES
        ],
    )
