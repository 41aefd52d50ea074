"""Pages without a code beside the certificate: what they print of it is held against the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import pikepdf
import pytest

from templates.labels import Field
from tests.forgery.papers import Paper, Works, make_works
from tests.forgery.pdf_edits import add_page
from tests.forgery.pdf_saving import SAVINGS
from tests.unhurried import unhurried
from tests.verifier.desk import codes, of_code
from verifier.opening import open_verifier
from verifier.service import Verifier
from verifier.verdict import Outcome

NAME = Field.HOLDER_NAME


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Works:
    """An office with two papers."""
    return make_works(tmp_path_factory.mktemp("works"), seed=3, count=2)


@pytest.fixture(scope="module")
def verifier(works: Works) -> Iterator[Verifier]:
    """A verifier of that office."""
    with unhurried(), closing(open_verifier(works.home)) as opened:
        yield opened


def behind_page(paper: Paper, front: Paper, name: str) -> bytes:
    """A certificate behind a page, without code, of one drawn anew in a name."""
    with pikepdf.open(BytesIO(paper.pdf)) as target:
        add_page(target, front, NAME, name)
        return SAVINGS["saved again"](target, paper.pdf)


def test_a_page_in_another_name_before_the_certificate_is_an_alteration(
    works: Works, verifier: Verifier
) -> None:
    paper = works.papers[0]
    verdict = verifier.verify_file(behind_page(paper, paper, "伪造人"), "证书.pdf")
    assert verdict.outcome is Outcome.ALTERED
    (told,) = of_code(verdict, "page_added_differs")
    assert told == {"page": "1", "printed": "伪造人", "record": paper.values[NAME]}


def test_the_same_page_once_more_is_none(works: Works, verifier: Verifier) -> None:
    paper = works.papers[0]
    verdict = verifier.verify_file(behind_page(paper, paper, paper.values[NAME]), "证书.pdf")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "pages_added" in codes(verdict)


def test_a_page_of_another_number_is_not_held_against_this_record(
    works: Works, verifier: Verifier
) -> None:
    paper, other = works.papers
    verdict = verifier.verify_file(behind_page(paper, other, "伪造人"), "证书.pdf")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "pages_added" in codes(verdict)
