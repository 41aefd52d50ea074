"""Writes the bundled sample roster: fictional people with drawn portraits."""

from __future__ import annotations

import zipfile
from pathlib import Path

from codes.occupations import occupation_by_code
from issuer.columns import Column
from issuer.sample_people import SamplePerson, sample_people, trial_people
from issuer.sample_photos import draw_portrait
from issuer.template import write_roster

ROSTER_NAME = "样本名册.xlsx"
PHOTO_FOLDER = "photos"
TRIAL_ROSTER_NAME = "试办名册.xlsx"
TRIAL_PHOTOS_NAME = "试办照片.zip"
_TRIAL_SEED = 1_000
_OCCUPATION = "3-02-02-00"


def write_sample(folder: Path) -> Path:
    """Write the sample roster and its `photos/` into `folder` and return the roster's path.

    Args:
        folder: made where it is missing; files of the same names are replaced.

    Raises:
        OSError: the files cannot be written.
    """
    photos = folder / PHOTO_FOLDER
    photos.mkdir(parents=True, exist_ok=True)
    occupation = occupation_by_code(_OCCUPATION).zh
    rows: list[list[str]] = []
    for number, person in enumerate(sample_people(), start=1):
        photo = f"{number:03d}.jpg"
        portrait = draw_portrait(seed=number, sex=person.sex, birth_year=person.birth_date.year)
        (photos / photo).write_bytes(portrait)
        rows.append(_row(person, occupation, photo))
    path = folder / ROSTER_NAME
    write_roster(path, rows)
    return path


def write_trial(folder: Path) -> None:
    """Write a small roster and the ZIP of its photos, to be handed in at the desks of a demo.

    Args:
        folder: made where it is missing; files of the same names are replaced.

    Raises:
        OSError: the files cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    occupation = occupation_by_code(_OCCUPATION).zh
    rows: list[list[str]] = []
    with zipfile.ZipFile(folder / TRIAL_PHOTOS_NAME, "w", zipfile.ZIP_STORED) as photos:
        for number, person in enumerate(trial_people(), start=_TRIAL_SEED):
            photo = f"{person.document_number}.jpg"
            born = person.birth_date.year
            photos.writestr(photo, draw_portrait(seed=number, sex=person.sex, birth_year=born))
            rows.append(_row(person, occupation, photo))
    write_roster(folder / TRIAL_ROSTER_NAME, rows)


def _row(person: SamplePerson, occupation: str, photo: str) -> list[str]:
    texts = {
        Column.NAME: person.name,
        Column.DOCUMENT_TYPE: person.document_type.zh,
        Column.DOCUMENT_NUMBER: person.document_number,
        Column.SEX: person.sex.zh,
        Column.BIRTH_DATE: person.birth_date.isoformat(),
        Column.OCCUPATION: occupation,
        Column.LEVEL: person.level.zh,
        Column.PHOTO: photo,
    }
    return [texts.get(column, "") for column in Column]
