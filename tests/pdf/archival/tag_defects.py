"""Planted defects of the tags and of what they say."""

from __future__ import annotations

from typing import Final

from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.pdf.archival.defects import (
    content,
    element,
    new_element,
    objects,
    page,
    widget,
)


@objects("document_is_marked")
def the_document_is_not_marked(pdf: Pdf) -> None:
    pdf.Root.MarkInfo.Marked = False


@objects("document_is_marked")
def the_tags_are_suspect(pdf: Pdf) -> None:
    pdf.Root.MarkInfo.Suspects = True


@objects("tree_is_present")
def the_next_key_is_taken(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot.ParentTreeNextKey = 1


@objects("tree_is_present")
def the_top_is_a_section(pdf: Pdf) -> None:
    element(pdf, "Document").S = Name.Sect


@objects("types_are_standard")
def a_type_is_made_up(pdf: Pdf) -> None:
    element(pdf, "P").S = Name.Motto


@objects("types_are_standard")
def a_standard_type_is_mapped(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot.RoleMap = Dictionary(P=Name.Div)


@objects("parents_are_true")
def a_parent_is_wrong(pdf: Pdf) -> None:
    element(pdf, "TH").P = element(pdf, "TR", 1)


@objects("identifiers_are_unique")
def a_tagged_form_is_drawn_twice(pdf: Pdf) -> None:
    tag_the_artwork(pdf, "q /Art Do Q q /Art Do Q")


@objects("content_is_reached_once")
def a_tagged_form_leads_nowhere(pdf: Pdf) -> None:
    tag_the_artwork(pdf, "q /Art Do Q")
    del page(pdf).Resources.XObject.Art.StructParents


def tag_the_artwork(pdf: Pdf, operators: str) -> None:
    """Make the artwork a figure whose content is tagged within its form, and draw it."""
    art = page(pdf).Resources.XObject.Art
    art.write(b"/Figure <</MCID 0>> BDC 0 0 m 1 1 l S EMC")
    art.StructParents = 2
    stream = page(pdf).Contents
    drawn = operators.encode()
    stream.write(stream.read_bytes().replace(b"/Artifact BMC q /Art Do Q EMC", drawn))
    place = Dictionary(Type=Name.MCR, Pg=page(pdf), Stm=art, MCID=0)
    figure = new_element(pdf, element(pdf, "Document"), "Figure", place)
    figure.Alt = String("底纹")
    root = pdf.Root.StructTreeRoot
    root.ParentTree.Nums.append(2)
    root.ParentTree.Nums.append(pdf.make_indirect(Array([figure])))
    root.ParentTreeNextKey = 3


@objects("content_is_reached_once")
def two_elements_hold_one_content(pdf: Pdf) -> None:
    figure = new_element(pdf, element(pdf, "Document"), "Figure", 7)
    figure.Alt = String("二维码")


@objects("content_is_reached_once")
def the_parent_tree_is_crossed(pdf: Pdf) -> None:
    entry = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    entry[3], entry[4] = entry[4], entry[3]


@objects("content_is_reached_once")
def an_element_holds_what_is_not_painted(pdf: Pdf) -> None:
    element(pdf, "P").K.append(20)


@objects("content_is_reached_once")
def an_element_has_no_page(pdf: Pdf) -> None:
    del element(pdf, "P").Pg


@objects("text_is_painted_as_read")
def the_value_is_read_before_the_name(pdf: Pdf) -> None:
    row = element(pdf, "TR")
    row.K = Array([row.K[1], row.K[0]])


@objects("annotations_are_in_the_tree")
def the_seal_leads_elsewhere(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot.ParentTree.Nums[3] = element(pdf, "P")


@objects("annotations_are_in_the_tree")
def the_seal_is_in_a_section(pdf: Pdf) -> None:
    element(pdf, "Form").S = Name.Sect


@objects("tabs_follow_structure")
def tabs_follow_rows(pdf: Pdf) -> None:
    page(pdf).Tabs = Name.R


@objects("figures_are_described")
def the_photo_has_no_words(pdf: Pdf) -> None:
    del element(pdf, "Figure").Alt


@objects("fields_are_named")
def the_seal_has_no_words(pdf: Pdf) -> None:
    del widget(pdf).TU


@objects("table_parts_are_in_tables")
def a_table_is_a_section(pdf: Pdf) -> None:
    element(pdf, "Table").S = Name.Sect


@objects("headers_have_scope")
def a_header_has_no_scope(pdf: Pdf) -> None:
    del element(pdf, "TH").A


@objects("headers_have_scope")
def a_cell_names_a_header_that_is_not_there(pdf: Pdf) -> None:
    element(pdf, "TD").A = Dictionary(O=Name.Table, Headers=[String("h9")])


@objects("rows_are_even")
def a_cell_spans_two_columns(pdf: Pdf) -> None:
    element(pdf, "TD").A = Dictionary(O=Name.Table, ColSpan=2)


@objects("headings_go_down_by_one")
def the_heading_is_of_level_two(pdf: Pdf) -> None:
    element(pdf, "H1").S = Name.H2


@objects("languages_are_tags")
def a_language_is_a_word(pdf: Pdf) -> None:
    element(pdf, "Figure").Lang = String("Chinese!")


@objects("languages_fit_the_words")
def english_is_read_as_chinese(pdf: Pdf) -> None:
    del element(pdf, "P").Lang


@objects("languages_fit_the_words")
def chinese_is_read_as_english(pdf: Pdf) -> None:
    element(pdf, "TD").Lang = String("en")


@objects("title_is_shown")
def the_file_name_is_shown(pdf: Pdf) -> None:
    del pdf.Root.ViewerPreferences


@objects("elements_say_something")
def a_paragraph_is_empty(pdf: Pdf) -> None:
    new_element(pdf, element(pdf, "Document"), "P")


DEFECTS: Final = (
    *(the_document_is_not_marked, the_tags_are_suspect, the_next_key_is_taken),
    *(the_top_is_a_section, a_type_is_made_up, a_standard_type_is_mapped, a_parent_is_wrong),
    *(
        a_tagged_form_is_drawn_twice,
        a_tagged_form_leads_nowhere,
        two_elements_hold_one_content,
        the_parent_tree_is_crossed,
    ),
    *(an_element_holds_what_is_not_painted, an_element_has_no_page),
    *(the_value_is_read_before_the_name, the_seal_leads_elsewhere, the_seal_is_in_a_section),
    *(tabs_follow_rows, the_photo_has_no_words, the_seal_has_no_words, a_table_is_a_section),
    *(a_header_has_no_scope, a_cell_names_a_header_that_is_not_there),
    *(a_cell_spans_two_columns, the_heading_is_of_level_two, a_language_is_a_word),
    *(english_is_read_as_chinese, chinese_is_read_as_english, the_file_name_is_shown),
    a_paragraph_is_empty,
    content(
        "all_content_is_tagged", "artwork_is_untagged", "/Artifact BMC q /Art Do Q EMC", "/Art Do"
    ),
    content(
        "all_content_is_tagged",
        "artwork_is_both",
        "/Figure <</MCID 7>> BDC 0 g 60 100 80 80 re f EMC",
        "/Artifact BMC /Figure <</MCID 7>> BDC 0 g 60 100 80 80 re f EMC EMC",
    ),
)
