"""An account is read with all it holds at once."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from accounts.library import AccountStore
from accounts.roles import Role
from registry.account_models import PasskeyRow
from registry.session import transaction
from tests.accounts.sign_in_ways import Desks, open_desks


@pytest.fixture
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Desks of a new home."""
    return open_desks(tmp_path_factory.mktemp("people"))


def test_an_account_is_read_in_two_queries_however_much_it_holds(desks: Desks) -> None:
    worker = desks.plant("holder", Role.BODY_CLERK, Role.EXAMINER, body="S000012000123")
    with transaction(desks.bureau.desks) as session:
        for key in (b"1", b"2", b"3"):
            session.add(
                PasskeyRow(
                    account_id=worker.account_id,
                    name="x",
                    credential_id=key,
                    public_key=key,
                    made_at=desks.clock.now,
                )
            )
    asked: list[str] = []
    store = AccountStore(desks.bureau)
    event.listen(desks.bureau.desks, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    found = store.find_user(username="holder")

    assert found is not None
    assert (len(found.roles), found.passkey_count, found.recovery_count) == (2, 3, 0)
    assert len([one for one in asked if one.startswith("SELECT")]) == 2
