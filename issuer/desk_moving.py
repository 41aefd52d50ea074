"""Takes what the desks' own database holds under one vault key over to the next.

The desks' secret goes first: from then on nothing is sealed there by an earlier key, so that
`yanzhen desk` can run on meanwhile. tests/issuer/test_desk_moving.py finds a forgotten column.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from issuer.application_drafts import DRAFT_FILE
from issuer.batch_room import BATCH_KEY
from issuer.batch_upload import UPLOAD_REASON
from issuer.complaints import ANSWER as COMPLAINT_ANSWER
from issuer.complaints import FILE as COMPLAINT_FILE
from issuer.complaints import REASON as COMPLAINT_REASON
from issuer.complaints import WORDS as COMPLAINT_WORDS
from issuer.kept_exams import EXAM_KEPT
from issuer.quality_checks import CONCLUSION, FINDING_WORDS
from registry.case_sealed import CASE_COLUMNS
from registry.desk_database import desk_database_url, open_desk_engine
from registry.desk_sealed import SealedColumn
from registry.desk_secret import open_desk_secret
from registry.employer_models import EMPLOYER_SEALED
from registry.home import Home
from registry.vault import Vault

MOVED: Final[tuple[SealedColumn[Any], ...]] = (
    BATCH_KEY,
    DRAFT_FILE,
    CONCLUSION,
    FINDING_WORDS,
    COMPLAINT_WORDS,
    COMPLAINT_FILE,
    COMPLAINT_ANSWER,
    COMPLAINT_REASON,
    *CASE_COLUMNS,
    UPLOAD_REASON,
    EXAM_KEPT,
    *EMPLOYER_SEALED,
)


def move_desks(home: Home, vault: Vault) -> None:
    """Seal all of a home's desks by the newest vault key, before an earlier one goes.

    Args:
        home: whose desks; nothing is done where they were never opened.
        vault: opens what either key sealed.

    Raises:
        VaultError: a row was altered; the places before it have moved.
        HomeError: as `desk_database_url`.
    """
    url = desk_database_url(home)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return
    desks = open_desk_engine(url)
    try:
        open_desk_secret(desks, vault)
        for column in MOVED:
            column.move(desks, vault)
    finally:
        desks.dispose()
