"""Every lint, in the order it runs; the last needs to know which rows are already faulty."""

from __future__ import annotations

from issuer.lints import (
    batch_award,
    birth_date,
    document_number,
    document_type,
    duplicate_row,
    latin_name,
    level,
    live_award,
    name,
    occupation,
    page_fit,
    photo,
    photo_repeated,
    printable,
    required,
    serial_space,
    sex,
    specialty,
)
from issuer.lints.rule import Lint

LINTS: tuple[Lint, ...] = (
    required.LINT,
    name.LINT,
    latin_name.LINT,
    document_type.LINT,
    document_number.LINT,
    sex.LINT,
    birth_date.LINT,
    occupation.LINT,
    level.LINT,
    specialty.LINT,
    printable.LINT,
    photo.LINT,
    photo_repeated.LINT,
    duplicate_row.LINT,
    batch_award.LINT,
    live_award.LINT,
    page_fit.LINT,
    serial_space.LINT,
)
