"""What waits that somebody proposed, told before their account is disabled."""

from __future__ import annotations

from collections.abc import Iterator

from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.batch_deleting import list_waiting
from issuer.body_settings import unconfirmed
from issuer.console.office import the_office
from issuer.filing_proposals import waiting_proposals
from issuer.life_acts import waiting_acts
from registry.account_models import AccountRow
from registry.session import reading


def proposals_of(row: AccountRow) -> Iterator[Text]:
    """Yield how many acts wait for another person that this account's person proposed."""
    office = the_office()
    with reading(office.desks) as session:
        count = sum(one.proposed_by_id == row.id for one in waiting_proposals(session))
        if row.body is not None:
            count += sum(one.set_by == row.id for one in unconfirmed(session, row.body))
            count += sum(one.asked_by == row.id for one in list_waiting(session, row.body))
    if row.body is not None:
        with reading(office.engine) as session:
            names = [name for _, name in waiting_acts(session, row.body)]
        count += sum(is_same_person(name, row.name) for name in names)
    if count:
        yield Text(
            f"有 {count} 项待他人决定的事项由其提出；停用后仍待决定，决定人会看到提出人已停用",
            f"proposed by them and still to be decided: {count}. It goes on waiting, and who "
            "decides sees that the account of its proposer is disabled",
        )
