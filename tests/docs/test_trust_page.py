"""docs/trust.md says of every table of the desks' database how a change of it would be noticed."""

from __future__ import annotations

from pathlib import Path

from registry.desk_database import DeskBase, open_desk_engine
from tests.docs.pages import ROOT, code_words


def test_every_table_of_the_desks_is_listed_once(tmp_path: Path) -> None:
    open_desk_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}").dispose()  # names every table
    page = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    section = page.partition("### The desks' own database, table by table")[2].partition("## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    listed = [name for _, names, *_ in rows for name in code_words(names)]
    assert sorted(listed) == sorted(DeskBase.metadata.tables)
    assert all(how.strip() for _, _, how, *_ in rows)
