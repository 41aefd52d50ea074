"""Puts the certificate desk into an application: its pages, and where they stand in the menu."""

from __future__ import annotations

from flask import Flask

from accounts.leaving import add_leaving
from accounts.page_words import Place, add_places
from accounts.waiting import add_waiting
from codes.wording import Text
from issuer.console.certificates import blueprint as certificates
from issuer.console.certificates_acts import blueprint as acts
from issuer.console.certificates_asking import BODY_READERS, READERS
from issuer.console.certificates_decisions import blueprint as decisions
from issuer.console.certificates_holder import blueprint as holder
from issuer.console.certificates_pending import waiting_requests
from issuer.console.certificates_waiting import declined_changes, waiting_changes, waiting_copies
from issuer.console.leaving import proposals_of


def add_certificates(app: Flask) -> None:
    """Add the certificate desk to an application."""
    for part in (certificates, acts, decisions, holder):
        app.register_blueprint(part)
    add_leaving(app, proposals_of)
    readers = frozenset(READERS)
    add_places(
        app,
        (
            Place(
                endpoint="certificates.index",
                text=Text("证书", "Certificates"),
                roles=readers,
                purpose=Text(
                    "查一张证书；经办人在其页面提出更正、补发、暂停、撤销",
                    "Find one; on its page a clerk proposes to correct, suspend or revoke it",
                ),
                looked_at=Text(
                    "查看证书及其办理经过", "See certificates and what was done to them"
                ),
            ),
            Place(
                endpoint="certificate_decisions.index",
                text=Text("证书变更审批", "Certificate approvals"),
                roles=readers,
                purpose=Text(
                    "对已核发证书提出的更正、撤销等事项",
                    "What is proposed for certificates already issued",
                ),
                looked_at=Text(
                    "查看证书变更由谁提出、由谁审批", "See who proposed and who decided"
                ),
            ),
            Place(
                endpoint="certificate_holder.requests",
                text=Text("持证人申请", "Requests of holders"),
                roles=frozenset(BODY_READERS),
                purpose=Text(
                    "持证人在网上申请更正、补发，在此答复",
                    "Answer holders who ask for a correction or reissue",
                ),
            ),
        ),
    )
    add_waiting(app, waiting_changes)
    add_waiting(app, declined_changes)
    add_waiting(app, waiting_copies)
    add_waiting(app, waiting_requests)
    add_leaving(app, proposals_of)
