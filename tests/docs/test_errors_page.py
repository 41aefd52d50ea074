"""docs/errors.md and docs/findings.md say everything the program can say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from issuer.lints import registry as lints
from tests.arch.sources import ROOMS, python_files
from tests.docs.coded_texts import CODE, coded_texts, literal_codes
from tests.docs.errors_page import COMPOSED, DESCRIBED, PAGE, all_texts, render_page
from tests.docs.errors_page import ROOMS as TOLD
from tests.docs.pages import ROOT, code_words, table_rows
from verifier.api.problems import ProblemCode
from verifier.finding_codes import Code
from verifier.findings_page import render_page as render_findings

# "… witnesses must", "… serials of … are": wrong where the number is one.
_COUNTED = re.compile(r"… [a-z]+s (of … )?(are|were|have|must|still|wait)\b")
_ASSERTED = re.compile(r"code == \"([a-z0-9_]+)\"")


def documented(page: str) -> set[str]:
    """Return the codes that stand in the first column of a page's tables."""
    return {word for row in table_rows(ROOT / "docs" / page, "`.*`") for word in code_words(row[0])}


def test_the_page_of_errors_is_the_one_the_source_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(), (
        "run: python -m tests.docs.errors_page"
    )


def test_the_page_of_findings_is_the_one_the_catalogue_makes() -> None:
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")

    assert page == render_findings(), "run: python -m verifier.findings_page > docs/findings.md"
    assert documented("findings.md") >= {code.value for code in Code}


def test_every_refusal_of_the_api_is_documented() -> None:
    assert documented("api.md") >= {code.value for code in ProblemCode}


def test_every_literal_code_stands_on_the_page() -> None:
    raised = {code for path in python_files(*ROOMS) for code in literal_codes(path)}
    composed = {code for code in raised if not CODE.fullmatch(code)}

    assert composed == set(COMPOSED)
    assert raised - composed <= documented("errors.md")


def test_every_code_a_test_speaks_of_is_documented() -> None:
    spoken = {
        code
        for path in python_files("tests")
        for code in _ASSERTED.findall(path.read_text(encoding="utf-8"))
    }
    rules = {lint.code for lint in lints.LINTS}
    told = documented("errors.md") | documented("findings.md") | documented("api.md") | rules

    assert {code for code in spoken if CODE.fullmatch(code)} <= told


@pytest.mark.parametrize("room", TOLD)
def test_every_code_has_its_sentence_in_both_languages(room: str) -> None:
    silent = {one.code for one in all_texts(room) if not (one.zh and one.en)}

    assert silent <= set(DESCRIBED)
    assert all(set(one.zh) - set(one.en) for one in all_texts(room) if one.zh)


@pytest.mark.parametrize("room", TOLD)
def test_no_sentence_counts_with_a_plural_that_one_would_break(room: str) -> None:
    broken = {one.en for one in all_texts(room) if _COUNTED.search(one.en)}

    assert broken == set()


def test_no_description_outlives_its_code() -> None:
    silent = {one.code for room in TOLD for one in coded_texts(room) if not one.zh}

    assert set(DESCRIBED) == silent


def test_a_code_without_a_row_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('raise IssuerError("brand_new", text)\n', encoding="utf-8")

    assert list(literal_codes(module)) == ["brand_new"]
    assert "brand_new" not in documented("errors.md")
