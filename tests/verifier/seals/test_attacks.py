"""No published attack on PDF signatures is called valid, and each names what was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.keys.sealed_pdf import sealed_range
from tests.verifier.desk import codes, of_code
from tests.verifier.seals import attack_files as attacks
from tests.verifier.seals import shadow_files as shadows
from tests.verifier.seals.conftest import Office
from verifier.seal_reading import read_seal
from verifier.seal_states import Coverage, Kind, SealState
from verifier.verdict import Outcome, Verdict

_SEAL_FAILS = {"seal_hollow", "seal_damaged", "seal_gap", "seal_resaved", "seal_unreadable"}


def changed_fields(verdict: Verdict) -> set[str]:
    """The fields that are said to look other than on the issued page."""
    return {one["field"] for one in of_code(verdict, "page_differs")}


def what(verdict: Verdict, code: str) -> set[str]:
    """What a finding with this code lists."""
    (evidence,) = of_code(verdict, code)
    return set(evidence["what"].split())


def test_the_file_as_issued_is_valid_and_its_seal_told(office: Office) -> None:
    verdict = office.verify(office.pdf)
    assert verdict.outcome is Outcome.VALID
    assert {"file_identical", "seal_whole", "seal_signer_known"} <= codes(verdict)
    assert not codes(verdict) & (_SEAL_FAILS | {"seal_missing", "file_saved_anew"})


@pytest.mark.parametrize("kind", attacks.FORGERIES)
def test_universal_signature_forgery_gives_no_seal(office: Office, kind: str) -> None:
    read = read_seal(attacks.forged_signature(office.pdf, kind))
    assert read["state"] is SealState.HOLLOW or not read["intact"]


@pytest.mark.parametrize("kind", ["zero contents", "range of the file's head"])
def test_universal_signature_forgery_is_not_valid(office: Office, kind: str) -> None:
    verdict = office.verify(attacks.forged_signature(office.pdf, kind))
    assert verdict.outcome in (Outcome.ALTERED, Outcome.INCONCLUSIVE)
    assert codes(verdict) & _SEAL_FAILS
    assert "seal_whole" not in codes(verdict)


@pytest.mark.parametrize("kind", ["null contents", "null range"])
def test_universal_signature_forgery_of_a_changed_page_names_the_field(
    office: Office, kind: str
) -> None:
    made = shadows.sealed_anew(
        office.pdf, office.seal.sign, office.seal.contents_bytes, shadows.forge_name
    )
    spoilt = {
        "null contents": lambda: _without_contents(made),
        "null range": lambda: made.replace(b"/ByteRange ", b"/XyteRange ", 1),
    }[kind]()
    verdict = office.verify(spoilt)
    assert verdict.outcome is Outcome.ALTERED
    assert "seal_hollow" in codes(verdict)
    assert changed_fields(verdict) == {"holder_name"}


def _without_contents(pdf: bytes) -> bytes:
    start = pdf.index(b"/Contents <30")
    end = pdf.index(b">", start)
    return pdf[:start] + b"/Contents null".ljust(end + 1 - start) + pdf[end + 1 :]


@pytest.mark.parametrize(
    ("update", "told", "seen"),
    [
        (attacks.draw_over, {"content", "page"}, True),
        (attacks.replace_content, {"content", "page"}, True),
        (attacks.draw_over_from_object_stream, {"page"}, True),
        (attacks.annotate, {"annotation", "page"}, True),
        (attacks.add_script, {"catalog", "script"}, False),
        (attacks.add_layer, {"layers", "content"}, True),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_incremental_saving(
    office: Office, update: Callable[[Any], None], told: set[str], seen: bool
) -> None:
    verdict = office.verify(attacks.appended(office.pdf, update))
    assert verdict.outcome is Outcome.ALTERED
    assert told <= what(verdict, "seal_extended")
    assert changed_fields(verdict) == ({"holder_name"} if seen else set())


def test_a_portrait_replaced_by_incremental_saving_is_named(office: Office) -> None:
    verdict = office.verify(attacks.appended(office.pdf, attacks.replace_portrait))
    assert verdict.outcome is Outcome.ALTERED
    assert changed_fields(verdict) == {"photo"}


def test_another_record_in_the_embedded_file_is_named(office: Office) -> None:
    verdict = office.verify(attacks.appended(office.pdf, attacks.swap_file))
    assert verdict.outcome is Outcome.ALTERED
    assert {"file", "content"} <= what(verdict, "seal_extended")
    assert of_code(verdict, "attached_other") == [{"names": "record.cose"}]


def test_incremental_saving_with_the_signature_copied(office: Office) -> None:
    verdict = office.verify(attacks.with_copied_signature(office.pdf))
    assert verdict.outcome is Outcome.ALTERED
    assert changed_fields(verdict) == {"holder_name"}
    assert codes(verdict) & {"seal_extended", "seal_gap", "seal_damaged"}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (attacks.with_empty_table, Kind.NOTHING),
        (attacks.with_bare_objects, Kind.BYTES),
        (lambda pdf: pdf + b"%" * 900, Kind.BYTES),
        (lambda pdf: pdf + b"\n", Kind.BLANKS),
        (lambda pdf: pdf + b"\0" * 900, Kind.BLANKS),
    ],
    ids=["empty table", "objects without a table", "comment", "a line end", "zeros"],
)
def test_what_is_appended_without_changing_anything_is_told(
    office: Office, make: Callable[[bytes], bytes], told: Kind
) -> None:
    read = read_seal(make(office.pdf))
    assert (read["coverage"], read["appended"]) == (Coverage.EXTENDED, [told])


@pytest.mark.parametrize("after", [b"\n", b"\0" * 900], ids=["a line end", "zeros"])
def test_blanks_after_the_seal_are_neither_valid_nor_an_alteration(
    office: Office, after: bytes
) -> None:
    verdict = office.verify(office.pdf + after)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {"seal_blanks_after", "page_agrees"} <= codes(verdict)


def test_an_appended_empty_table_is_not_valid(office: Office) -> None:
    verdict = office.verify(attacks.with_empty_table(office.pdf))
    assert verdict.outcome is Outcome.ALTERED
    assert what(verdict, "seal_extended") == {"nothing"}
    assert "page_agrees" in codes(verdict)


def test_signature_wrapping(office: Office) -> None:
    verdict = office.verify(attacks.wrapped(office.pdf))
    assert verdict.outcome is Outcome.ALTERED
    assert "seal_gap" in codes(verdict)
    assert changed_fields(verdict) == {"holder_name"}


@pytest.mark.parametrize(
    ("hide", "show"),
    [
        (shadows.add_shadow_field, shadows.fill_shadow_field),
        (shadows.hide_forgery, shadows.show_hidden_forgery),
        (shadows.add_shadow_page, shadows.show_shadow_page),
    ],
    ids=["replace", "hide", "hide and replace"],
)
def test_shadow_attacks_by_a_trusted_signer(
    office: Office, hide: shadows.Change, show: Callable[[Any], None]
) -> None:
    made = shadows.sealed_anew(
        office.pdf, office.seal.sign, office.seal.contents_bytes, hide, level=2
    )
    before = office.verify(made)
    assert before.outcome is Outcome.ALTERED
    assert "seal_of_another_file" in codes(before)
    assert changed_fields(before) == set()
    after = office.verify(attacks.appended(made, show))
    assert after.outcome is Outcome.ALTERED
    assert "seal_extended" in codes(after)
    assert changed_fields(after) == {"holder_name"}


@pytest.mark.parametrize("level", [2, 3])
@pytest.mark.parametrize(
    ("update", "code"),
    [(attacks.annotate, "seal_extended"), (attacks.sneak_signature, "seal_several")],
    ids=["evil annotation", "sneaky signature"],
)
def test_certification_attacks(
    office: Office, level: int, update: Callable[[Any], None], code: str
) -> None:
    made = shadows.sealed_anew(
        office.pdf, office.seal.sign, office.seal.contents_bytes, shadows.nothing, level=level
    )
    verdict = office.verify(attacks.appended(made, update))
    assert verdict.outcome is Outcome.ALTERED
    assert code in codes(verdict)
    assert changed_fields(verdict) == {"holder_name"}


def test_an_altered_page_sealed_by_the_trusted_body_is_altered(office: Office) -> None:
    made = shadows.sealed_anew(
        office.pdf, office.seal.sign, office.seal.contents_bytes, shadows.forge_name
    )
    verdict = office.verify(made)
    assert verdict.outcome is Outcome.ALTERED
    assert {"seal_of_another_file", "seal_signer_known"} <= codes(verdict)
    assert changed_fields(verdict) == {"holder_name"}


def test_bytes_hidden_in_the_padding_of_the_seal(office: Office) -> None:
    _, end = sealed_range(office.pdf)
    place = end - 9
    hidden = office.pdf[:place] + b"deadbeef" + office.pdf[place + 8 :]
    verdict = office.verify(hidden)
    assert verdict.outcome is Outcome.ALTERED
    assert codes(verdict) & {"seal_padded", "seal_damaged"}


def test_a_byte_changed_under_the_seal(office: Office) -> None:
    spoilt = office.pdf[:12] + bytes([office.pdf[12] ^ 1]) + office.pdf[13:]
    verdict = office.verify(spoilt)
    assert verdict.outcome is Outcome.ALTERED
    assert "seal_damaged" in codes(verdict)
