"""Planted defects of colour, pictures and fonts."""

from __future__ import annotations

from typing import Any, Final

from pikepdf import Dictionary, Name, Pdf

from tests.pdf.archival.defects import (
    descendant,
    font,
    objects,
    page,
    paint,
    resource,
    widget,
)


@objects("output_intent_is_given")
def the_intent_is_of_printing(pdf: Pdf) -> None:
    pdf.Root.OutputIntents[0].S = Name.GTS_PDFX


@objects("profiles_are_sound")
def the_profile_is_cut(pdf: Pdf) -> None:
    profile = pdf.Root.OutputIntents[0].DestOutputProfile
    profile.write(profile.read_bytes()[:-40])


@objects("profiles_are_sound")
def the_profile_is_noise(pdf: Pdf) -> None:
    pdf.Root.OutputIntents[0].DestOutputProfile.write(b"noise" * 100)


@objects("device_colours_have_a_meaning")
def ink_is_cmyk(pdf: Pdf) -> None:
    paint(pdf, "0 0 0 1 k 0 0 1 1 re f")


@objects("device_colours_have_a_meaning")
def the_seal_is_cmyk(pdf: Pdf) -> None:
    widget(pdf).AP.N.write(b"0 1 1 0 K 20 20 60 60 re S")


@objects("pictures_are_plain")
def the_photo_is_interpolated(pdf: Pdf) -> None:
    page(pdf).Resources.XObject.Photo.Interpolate = True


@objects("pictures_are_plain")
def the_photo_is_said_to_be_grey(pdf: Pdf) -> None:
    page(pdf).Resources.XObject.Photo.ColorSpace = Name.DeviceGray


@objects("graphics_states_are_plain")
def a_blend_mode_is_unknown(pdf: Pdf) -> None:
    _state(pdf, BM=Name.Glow)


@objects("groups_blend_in_a_known_space")
def the_page_blends_in_cmyk(pdf: Pdf) -> None:
    page(pdf).Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceCMYK)


@objects("graphics_states_are_plain")
def a_transfer_function_is_set(pdf: Pdf) -> None:
    _state(pdf, TR=Name.Identity)


@objects("rendering_intents_are_known")
def a_rendering_intent_is_unknown(pdf: Pdf) -> None:
    paint(pdf, "/Vivid ri 0 0 m 1 1 l S")


@objects("resources_are_its_own")
def a_form_leans_on_the_page(pdf: Pdf) -> None:
    _state(pdf)
    art = page(pdf).Resources.XObject.Art
    art.write(b"/G0 gs 0 0 m 1 1 l S")


@objects("forms_are_plain")
def a_form_is_postscript(pdf: Pdf) -> None:
    page(pdf).Resources.XObject.Art.Subtype2 = Name.PS


@objects("fonts_are_composite")
def the_codes_run_downwards(pdf: Pdf) -> None:
    font(pdf).Encoding = Name("/Identity-V")


@objects("glyph_map_is_given")
def the_glyph_map_is_missing(pdf: Pdf) -> None:
    del descendant(pdf).CIDToGIDMap


@objects("fonts_are_embedded")
def the_font_is_not_embedded(pdf: Pdf) -> None:
    del descendant(pdf).FontDescriptor.FontFile2


@objects("font_names_agree")
def the_font_has_two_names(pdf: Pdf) -> None:
    descendant(pdf).FontDescriptor.FontName = Name("/BBBBBB+Sample")


@objects("glyphs_used_are_present")
def the_set_of_glyphs_lies(pdf: Pdf) -> None:
    descendant(pdf).FontDescriptor.CIDSet = pdf.make_stream(b"\x80")


@objects("widths_agree")
def a_width_is_wrong(pdf: Pdf) -> None:
    widths = descendant(pdf).W[1]
    for place in range(len(widths)):
        widths[place] = 444


@objects("codes_are_readable")
def nothing_is_readable(pdf: Pdf) -> None:
    _map_all_to(pdf, "0000")


@objects("codes_are_readable")
def all_is_private(pdf: Pdf) -> None:
    _map_all_to(pdf, "e000")


@objects("character_maps_are_complete")
def a_count_is_wrong(pdf: Pdf) -> None:
    program = font(pdf).ToUnicode.read_bytes()
    font(pdf).ToUnicode.write(program.replace(b" beginbfchar", b"0 beginbfchar"))


@objects("readings_agree_with_program")
def two_readings_are_swapped(pdf: Pdf) -> None:
    program = font(pdf).ToUnicode.read_bytes()
    first, second = b"<6b27>", b"<9633>"  # 欧 and 阳
    font(pdf).ToUnicode.write(
        program.replace(first, b"<->").replace(second, first).replace(b"<->", second)
    )


@objects("missing_glyph_is_never_shown")
def a_glyph_is_missing(pdf: Pdf) -> None:
    program = (
        font(pdf).ToUnicode.read_bytes().replace(b"beginbfchar", b"beginbfchar\n<0000> <25a1>")
    )
    count = int(program.split(b" beginbfchar")[0].rsplit(b"\n", 1)[1])
    font(pdf).ToUnicode.write(program.replace(b"%d begin" % count, b"%d begin" % (count + 1)))
    paint(pdf, "BT /F0 12 Tf <0000> Tj ET")


def _state(pdf: Pdf, **entries: Any) -> None:
    resource(pdf, "ExtGState", "G0", pdf.make_indirect(Dictionary(Type=Name.ExtGState, **entries)))
    paint(pdf, "/G0 gs 0 0 m 1 1 l S")


def _map_all_to(pdf: Pdf, reading: str) -> None:
    lines = font(pdf).ToUnicode.read_bytes().split(b"\n")
    changed = [
        line.split(b" ")[0] + f" <{reading}>".encode()
        if line.startswith(b"<") and b"FFFF" not in line
        else line
        for line in lines
    ]
    font(pdf).ToUnicode.write(b"\n".join(changed))


DEFECTS: Final = (
    the_intent_is_of_printing,
    the_profile_is_cut,
    the_profile_is_noise,
    ink_is_cmyk,
    the_seal_is_cmyk,
    the_photo_is_interpolated,
    the_photo_is_said_to_be_grey,
    a_blend_mode_is_unknown,
    the_page_blends_in_cmyk,
    a_transfer_function_is_set,
    a_rendering_intent_is_unknown,
    a_form_leans_on_the_page,
    a_form_is_postscript,
    the_codes_run_downwards,
    the_glyph_map_is_missing,
    the_font_is_not_embedded,
    the_font_has_two_names,
    the_set_of_glyphs_lies,
    a_width_is_wrong,
    nothing_is_readable,
    all_is_private,
    a_count_is_wrong,
    two_readings_are_swapped,
    a_glyph_is_missing,
)
