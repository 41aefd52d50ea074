"""The pages' words, tables and scripts are complete and stay small."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pytest

from codes.documents import DocumentType
from codes.levels import Level
from codes.occupations import occupations
from codes.regions import provinces
from codes.wording import Text
from templates.labels import LABELS, Field
from verifier.finding_codes import Code
from verifier.site import present, words
from verifier.site.tables import tables_json
from verifier.verdict import Outcome, PrintedFields, Severity, Status, Verdict

FOLDER = Path(import_module("templates").__path__[0])
SCRIPTS = sorted((FOLDER / "static").glob("*.js"))
PAGES = sorted((FOLDER / "pages").glob("*.html"))
MAX_SCRIPT_LINES = 250
TABLES = json.loads(tables_json())


def test_every_outcome_and_severity_has_its_words_and_tone() -> None:
    assert set(words.TONES) == set(words.MEANINGS) == set(Outcome)
    assert set(words.SEVERITY_TONES) == set(Severity)


def test_a_moment_is_told_as_the_day_it_was_in_china() -> None:
    evening = datetime(2026, 11, 26, 18, 51, tzinfo=UTC)
    assert present.beijing_day(evening) == date(2026, 11, 27)
    assert present.beijing_day(date(2026, 11, 26)) == date(2026, 11, 26)


def test_the_script_is_given_every_table_the_server_judges_by() -> None:
    assert set(TABLES["findings"]) == {one.value for one in Code}
    assert set(TABLES["words"]["outcomes"]) == {one.value for one in Outcome}
    assert set(TABLES["words"]["statuses"]) == {one.value for one in Status}
    assert set(TABLES["words"]["severities"]) == {one.value for one in Severity}
    assert set(TABLES["document_types"]) == {str(int(one)) for one in DocumentType}
    assert set(TABLES["levels"]) == {str(int(one)) for one in Level}
    assert set(TABLES["occupations"]) == {str(one.index) for one in occupations()}
    filing = {code for code, one in provinces().items() if one.files_bodies}
    assert set(TABLES["number"]["provinces"]) == filing


def test_every_labelled_thing_but_query_sites_and_remark_is_shown() -> None:
    left_out = {Field.CERTIFICATE_SITE, Field.BODY_SITE, Field.REMARK}
    assert set(words.FACT_LABELS) == {field.value for field in LABELS} - {
        field.value for field in left_out
    } | {"photo"}


def test_facts_come_in_the_order_of_the_certificate_each_with_a_value_or_a_note() -> None:
    nothing = Text("无", "none")
    printed = PrintedFields(
        number="S000012000123263000001",
        number_parts=(),
        holder_name="王＊",
        name_masked=True,
        document_type=nothing,
        document_masked=None,
        occupation=nothing,
        occupation_code="3-02-02-00",
        specialty="--",
        level=nothing,
        body_name="某校",
        issued_on=date(2026, 3, 9),
        print_serial="202600000001",
        photo=nothing,
    )
    verdict = Verdict(
        outcome=Outcome.VALID,
        status=Status.CURRENT,
        findings=(),
        checked_at=datetime(2026, 11, 23, tzinfo=UTC),
        demo=False,
        trust=None,
        certificate=printed,
    )
    facts = present.facts(verdict)
    assert [fact.label for fact in facts] == list(words.FACT_LABELS.values())
    assert all(fact.value is not None or fact.note is not None for fact in facts)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_small_explained_and_insert_only_text(script: Path) -> None:
    source = script.read_text()
    assert source.startswith("/**")
    assert len(source.splitlines()) <= MAX_SCRIPT_LINES
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|new Function", source)
    assert not re.search(r"https?://(?!ours@theirs)", source)
    for imported in re.findall(r"from '\./([\w.]+)'", source):
        assert (script.parent / imported).is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_sentence_of_a_page_is_given_in_both_languages(page: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.DOTALL)
    outside = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)
    assert re.findall(r"[一-鿿]", outside) == []
    assert "http://" not in outside.replace("http://www.w3.org", "")
