"""What the evaluators' desk works with: the desks' database, the vault, and the desks of bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.batch_states import EDITABLE, DraftState
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.opening import open_desk
from registry.batch_models import BatchDraft
from registry.desk_sealed import SealedColumn
from registry.home import Home
from registry.session import transaction
from registry.store import FileStore
from registry.vault import Vault

FILES_FOLDER = "desk-batches"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRoom:
    """The evaluators' side of one home.

    Args:
        home: the installation.
        passphrase: opens vault and private keys.
        vault: the vault, open.
        desks: the desks' own database.
        register: the register, for the audit trail.
        public_url: the address printed in QR codes, or empty.
        clock: returns now, aware UTC.
    """

    home: Home
    passphrase: bytes = field(repr=False)
    vault: Vault = field(repr=False)
    desks: Engine
    register: Engine
    public_url: str
    clock: Callable[[], datetime]

    def desk(
        self, prefix: str, *, dry_run: bool = False, workers: int = 1
    ) -> AbstractContextManager[Desk]:
        """Open the desk of a body for one block; as `issuer.opening.open_desk`."""
        return open_desk(
            self.home,
            prefix=prefix,
            passphrase=self.passphrase,
            public_url=self.public_url,
            sample=self.home.demo,
            dry_run=dry_run,
            workers=workers,
            clock=self.clock,
        )

    def folder(self, draft_id: int) -> Path:
        """Return where the files of a batch are."""
        return self.home.path / FILES_FOLDER / str(draft_id)

    def files(self, draft_id: int) -> FileStore:
        """Return the sealed files of a batch."""
        return FileStore(self.folder(draft_id) / "photos")

    def key(self, draft: BatchDraft) -> bytes:
        """Return the key of a batch's rows and photos.

        Raises:
            IssuerError: they are gone (`draft_emptied`).
            VaultError: the row was altered.
        """
        key = BATCH_KEY.read(draft, self.vault)
        if key is None:
            raise IssuerError(
                "draft_emptied",
                Text(
                    "本批次的名册和照片已在签发后删除，请在菜单“证书”中查看证书",
                    "rows and photos of this batch were deleted once it was issued; look at its "
                    "certificates at the certificate desk",
                ),
            )
        return key

    def cipher(self, draft: BatchDraft) -> AESGCM:
        """Return what seals and opens a batch's rows; raises as `key`."""
        return AESGCM(self.key(draft))


def _key_context(draft: BatchDraft) -> str:
    return f"batch-draft {draft.prefix} {draft.name}"


BATCH_KEY: Final = SealedColumn(BatchDraft, "key_sealed", _key_context)
"""The key of a batch, under which everything else of it is sealed."""


def find_draft(session: Session, prefix: str, draft_id: int, *, locked: bool = False) -> BatchDraft:
    """Return a batch of a body.

    Raises:
        IssuerError: this body has none of this id, or it was deleted (`draft_unknown`).
    """
    query = select(BatchDraft).where(BatchDraft.id == draft_id, BatchDraft.prefix == prefix)
    found = session.scalar(query.with_for_update() if locked else query)
    if found is None or found.state == DraftState.DELETED:
        raise IssuerError(
            "draft_unknown", Text("本机构没有这个批次", "this body has no such batch")
        )
    return found


@contextmanager
def changing(
    room: BatchRoom, prefix: str, draft_id: int, *, revision: int | None = None
) -> Iterator[tuple[Session, BatchDraft]]:
    """Change what is to be issued, in one commit; the batch has a new revision afterwards.

    Args:
        revision: the one the change was made to; None where it does not matter.

    Raises:
        IssuerError: `draft_unknown`; it is not being prepared (`draft_closed`), or was changed
            meanwhile (`draft_changed`). Nothing changed.
    """
    with transaction(room.desks) as session:
        draft = find_draft(session, prefix, draft_id, locked=True)
        if DraftState(draft.state) not in EDITABLE:
            raise draft_closed(draft)
        if revision is not None and revision != draft.revision:
            raise draft_changed()
        yield session, draft
        draft.revision += 1


def draft_closed(draft: BatchDraft) -> IssuerError:
    """Return the refusal to do what the state of a batch does not allow."""
    text = DraftState(draft.state).text
    return IssuerError(
        "draft_closed",
        Text(
            f"本批次现为“{text.zh}”，不能这样操作；未作改动",
            f"this batch is {text.en}, which does not allow it; nothing was changed",
        ),
    )


def draft_changed() -> IssuerError:
    """Return the refusal to act on a batch that is no longer as it was shown."""
    return IssuerError(
        "draft_changed",
        Text(
            "本批次在您查看之后已有变动，未作改动；请重新查看后再操作",
            "this batch has changed since you looked at it; nothing was done. Look at it again",
        ),
    )
