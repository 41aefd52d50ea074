"""Nothing that identifies a person reaches a log, a terminal or a machine-readable summary.

A whole demo is issued and verified with every logger at its most talkative, the database's own
included; then everything written is searched for every name and document number.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from codes.wording import Language
from issuer.demo import Demo, issue_demo
from issuer.progress import ProgressLine
from wsgi import create_public_app

_PASSPHRASE_HIDDEN = 18  # characters of base64 the demo's passphrase has at least


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """Collect what every logger says, from debug upwards."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    quiet = {logger: logger.level for logger in (root, logging.getLogger("sqlalchemy"))}
    root.addHandler(handler)
    for logger in quiet:
        logger.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        for logger, level in quiet.items():
            logger.setLevel(level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """All that one issued and verified demo wrote, and what must not be in it."""

    text: str = field(repr=False)
    listing: list[dict[str, Any]] = field(repr=False)
    passphrase: str = field(repr=False)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Spoken:
    """A demo issued, looked up and uploaded with every logger open."""
    folder: Path = tmp_path_factory.mktemp("demo")
    demo = Demo(folder=folder)
    with everything_logged() as log, pytest.MonkeyPatch.context() as patch:
        screen = io.StringIO()
        patch.setattr("sys.stderr", screen)
        patch.setattr("sys.stdout", screen)
        home, summary = issue_demo(
            demo,
            public_url="http://127.0.0.1:8000",
            clock=lambda: datetime.now(UTC),
            progress=ProgressLine(Language.ZH, quiet=False),
        )
        listing = json.loads(demo.listing.read_bytes())
        app = create_public_app(home)
        for entry in listing[:6]:
            ask_every_way(app.test_client(), entry)
        app.extensions["yanzhen_verifier"].close()
        app.extensions["yanzhen_reports"].close()
    told = [json.dumps(summary.as_dict(), ensure_ascii=False)]
    told += [text.zh + text.en for text in summary.lines()]
    without_files = "".join(told).replace(str(folder), "")
    for entry in listing:  # the file of a certificate is named after its holder, on purpose
        without_files = without_files.replace(Path(entry["pdf"]).name, "")
    return Spoken(
        text=log.getvalue() + screen.getvalue() + without_files,
        listing=listing,
        passphrase=demo.passphrase_file.read_text(),
    )


def ask_every_way(client: FlaskClient, entry: dict[str, Any]) -> None:
    """Look a certificate up right and wrong, by every address of the API and of the pages."""
    holder = {"number": entry["number"], "name": entry["name"]}
    for body in (
        holder,
        {"number": entry["number"], "document_number": entry["document_number"]},
        {"number": entry["number"], "name": entry["name"], "unknown": entry["document_number"]},
        {"number": entry["document_number"], "name": entry["name"]},
        {"number": entry["name"]},
    ):
        client.post("/api/v1/verify", json=body)
    client.post("/api/v1/verify", data=f'{{"name": "{entry["name"]}"', mimetype="application/json")
    client.post("/api/v1/verify/qr", json={"text": entry["qr_text"] + entry["name"]})
    client.post("/verify", data=holder | {"by": "name"})
    client.post("/verify/qr", data={"text": entry["qr_text"]})
    for address in ("/api/v1/verify/file", "/verify/file"):
        name = Path(entry["pdf"]).name
        client.post(address, data={"file": (io.BytesIO(Path(entry["pdf"]).read_bytes()), name)})
        client.post(address, data={"file": (io.BytesIO(b"%PDF-" + name.encode()), name)})


def test_the_demo_was_heard(spoken: Spoken) -> None:
    assert len(spoken.listing) >= 30
    assert "INSERT INTO awards" in spoken.text
    assert '"name": "verdict"' in spoken.text


@pytest.mark.parametrize("member", ["name", "document_number", "qr_text"])
def test_nothing_written_names_anybody(spoken: Spoken, member: str) -> None:
    said = [entry["number"] for entry in spoken.listing if entry[member] in spoken.text]

    assert said == []


def test_no_key_and_no_passphrase_is_written(spoken: Spoken) -> None:
    assert len(spoken.passphrase) >= _PASSPHRASE_HIDDEN
    assert spoken.passphrase not in spoken.text
    assert "PRIVATE KEY" not in spoken.text
