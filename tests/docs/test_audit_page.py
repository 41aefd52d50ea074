"""The page about auditing names every fault an audit can find, and nothing else."""

from __future__ import annotations

from audit.faults import SENTENCES
from tests.docs.pages import ROOT, code_words, table_rows


def test_every_fault_of_an_audit_stands_on_the_page_once() -> None:
    rows = table_rows(ROOT / "docs" / "audit.md", "`audit_.*")
    told = [word for row in rows for word in code_words(row[0])]

    assert sorted(told) == sorted(SENTENCES)
