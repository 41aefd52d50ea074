"""Two judges that know nothing of each other agree on what conforms and what does not."""

from __future__ import annotations

import page

from tests.pdf.archival import (
    file_defects,
    page_defects,
    places_defects,
    seal_defects,
    tag_defects,
)
from tests.pdf.archival.defects import Defect
from tests.pdf.archival.file_defects import unsealed_sample
from tests.pdf.archival.plain_writer import write, write_classic
from tests.pdf.archival.sample import sample_pdf
from tests.pdf.archival.validator import validator_findings

# What neither standard asks, or the validator does not look at: there our own rules stand alone.
UNSEEN = frozenset(
    {
        "a_cell_names_a_header_that_is_not_there",
        "a_packed_digit_is_missing",
        "a_packed_object_is_forgotten",
        "a_paragraph_is_empty",
        "a_parent_is_wrong",
        "a_row_leads_into_no_object_stream",
        "a_state_is_left_open",
        "a_tagged_form_leads_nowhere",
        "an_element_has_no_page",
        "an_element_holds_what_is_not_painted",
        "an_object_is_hidden",
        "chinese_is_read_as_english",
        "english_is_read_as_chinese",
        "the_checksum_is_wrong",
        "the_codes_run_downwards",
        "the_date_differs",
        "the_date_has_no_zone",
        "the_date_is_missing",
        "the_end_is_missing",
        "the_first_row_is_used_again",
        "the_flags_are_missing",
        "the_font_has_two_names",
        "the_format_is_of_adobe",
        "the_language_is_another",
        "the_mark_is_missing",
        "the_name_tree_is_missing",
        "the_next_key_is_taken",
        "the_parent_tree_is_crossed",
        "the_photo_is_said_to_be_grey",
        "the_profile_is_cut",
        "the_size_is_wrong",
        "the_table_mistakes_its_place",
        "the_title_differs",
        "the_title_is_of_no_language",
        "the_top_is_a_section",
        "the_value_is_read_before_the_name",
        "the_version_is_too_old_for_it",
        "there_are_layers",
        "two_elements_hold_one_content",
        "two_readings_are_swapped",
        "two_rows_are_exchanged",
    }
)
DEFECTS = (
    *file_defects.DEFECTS,
    *page_defects.DEFECTS,
    *places_defects.DEFECTS,
    *seal_defects.DEFECTS,
    *tag_defects.DEFECTS,
)


def test_the_conforming_sample_conforms_for_the_validator_too() -> None:
    assert validator_findings(write(sample_pdf())) == ()
    assert validator_findings(write_classic(sample_pdf())) == ()
    assert validator_findings(unsealed_sample()) == ()


def test_the_validator_finds_what_the_standards_forbid() -> None:
    unfound = {defect.name for defect in DEFECTS if not _is_found(defect)}
    assert unfound == UNSEEN


def _is_found(defect: Defect) -> bool:
    try:
        return bool(validator_findings(defect.file()))
    except page.PageError:
        return True
