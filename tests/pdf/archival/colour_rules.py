"""Rules about colour, pictures, transparency and what content streams may say."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from tests.pdf.archival.archive import Archive, rule
from tests.pdf.archival.content import OPERATORS, content_holders

_WORDS_OF_BLENDS: Final = (
    "/Normal /Compatible /Multiply /Screen /Overlay /Darken /Lighten /ColorDodge /ColorBurn "
    "/HardLight /SoftLight /Difference /Exclusion /Hue /Saturation /Color /Luminosity"
)
_BLENDS: Final = frozenset(_WORDS_OF_BLENDS.split())
_INTENTS: Final = frozenset(
    {"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"}
)
_TAGS_OF_RGB: Final = ("desc", "cprt", "wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC")
_RESOURCE_OF: Final = {
    "Tf": "/Font",
    "Do": "/XObject",
    "gs": "/ExtGState",
    "sh": "/Shading",
    "cs": "/ColorSpace",
    "CS": "/ColorSpace",
    "scn": "/Pattern",
    "SCN": "/Pattern",
}
_BUILT_IN: Final = frozenset({"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern"})


@rule("6.2.3")
def output_intent_is_given(archive: Archive) -> Iterator[str]:
    """One GTS_PDFA1 output intent with an identifier and an embedded RGB profile."""
    intents = [
        intent
        for intent in archive.root.get("/OutputIntents", ())
        if intent.get("/S") == Name.GTS_PDFA1
    ]
    if len(intents) != 1:
        yield f"{len(intents)} output intents of GTS_PDFA1"
        return
    if not str(intents[0].get("/OutputConditionIdentifier", "")):
        yield "no OutputConditionIdentifier"
    profile = intents[0].get("/DestOutputProfile")
    if not isinstance(profile, Stream) or int(profile.get("/N", 0)) != 3:
        yield "no DestOutputProfile of N 3"


@rule("6.2.3; 6.2.4.2; ICC.1")
def profiles_are_sound(archive: Archive) -> Iterator[str]:
    """Every ICC profile has a true header and a tag table whose tags lie inside it."""
    for thing in archive.objects:
        if not isinstance(thing, Stream) or "/N" not in thing or thing.get("/Type") == Name.ObjStm:
            continue
        for fault in profile_faults(thing.read_bytes(), int(thing["/N"])):
            yield f"object {thing.objgen[0]}: {fault}"


@rule("6.2.4.3")
def device_colours_have_a_meaning(archive: Archive) -> Iterator[str]:
    """DeviceRGB and DeviceGray only under an RGB output intent; DeviceCMYK never."""
    intents = archive.root.get("/OutputIntents", ())
    has_rgb = any(int(intent["/DestOutputProfile"].get("/N", 0)) == 3 for intent in intents)
    for item in archive.inked:
        for colour in item.colours:
            name = _device(colour)
            if name == "/DeviceCMYK" or (name is not None and not has_rgb):
                yield f"{item.kind} in {name}"


@rule("6.2.8.1")
def pictures_are_plain(archive: Archive) -> Iterator[str]:
    """No Alternates, no OPI, no interpolation; depth and components as the space asks."""
    for thing in archive.objects:
        if not isinstance(thing, Stream) or thing.get("/Subtype") != Name.Image:
            continue
        name = f"image {thing.objgen[0]}"
        if "/Alternates" in thing or "/OPI" in thing or thing.get("/Interpolate", False):
            yield f"{name} has Alternates, OPI or Interpolate"
        if thing.get("/ImageMask", False) and thing.get("/BitsPerComponent", 1) != 1:
            yield f"{name} is a mask of more than one bit"
        if thing.get("/Filter") == Name.DCTDecode:
            parts = jpeg_components(thing.read_raw_bytes())
            space = _device(thing.get("/ColorSpace"))
            if space is not None and parts != {"/DeviceGray": 1, "/DeviceRGB": 3}.get(space):
                yield f"{name} has {parts} components in {space}"


@rule("6.2.5; 6.2.10")
def graphics_states_are_plain(archive: Archive) -> Iterator[str]:
    """No transfer function, no halftone phase; blend modes only of ISO 32000-1."""
    for thing in archive.objects:
        if thing.get("/Type") != Name.ExtGState and "/BM" not in thing:
            continue
        if "/TR" in thing or thing.get("/TR2", Name.Default) != Name.Default or "/HTP" in thing:
            yield f"object {thing.objgen[0]} has TR, TR2 or HTP"
        mode = thing.get("/BM", Name.Normal)
        for name in mode if isinstance(mode, Array) else (mode,):
            if str(name) not in _BLENDS:
                yield f"blend mode {name}"


@rule("6.2.10; 6.2.4.3")
def groups_blend_in_a_known_space(archive: Archive) -> Iterator[str]:
    """Transparency is allowed under an output intent; no group may blend in DeviceCMYK."""
    for thing in archive.objects:
        if thing.get("/S") == Name.Transparency and _device(thing.get("/CS")) == "/DeviceCMYK":
            yield f"object {thing.objgen[0]} blends in DeviceCMYK"


@rule("6.2.6")
def rendering_intents_are_known(archive: Archive) -> Iterator[str]:
    """ri and Intent name one of the four intents."""
    for name, holder, _ in content_holders(archive.page):
        for instruction in pikepdf.parse_content_stream(holder):
            if str(instruction.operator) == "ri" and str(instruction.operands[0]) not in _INTENTS:
                yield f"{name}: ri {instruction.operands[0]}"
    for thing in archive.objects:
        if (
            thing.get("/Subtype") == Name.Image
            and str(thing.get("/Intent", "/Perceptual")) not in _INTENTS
        ):
            yield f"image {thing.objgen[0]}: {thing.get('/Intent')}"


@rule("6.2.2")
def operators_are_known(archive: Archive) -> Iterator[str]:
    """Content streams use no operator that ISO 32000-1 does not define."""
    for name, holder, _ in content_holders(archive.page):
        for instruction in pikepdf.parse_content_stream(holder):
            if str(instruction.operator) not in OPERATORS:
                yield f"{name}: {instruction.operator}"


@rule("6.2.2")
def resources_are_its_own(archive: Archive) -> Iterator[str]:
    """What a content stream names is in its own Resources, not inherited."""
    for name, holder, resources in content_holders(archive.page):
        for instruction in pikepdf.parse_content_stream(holder):
            kind = _RESOURCE_OF.get(str(instruction.operator))
            if kind is None or not len(instruction.operands):
                continue
            place = 0 if kind != "/Pattern" else -1
            named = instruction.operands[place]
            if not isinstance(named, Name) or str(named) in _BUILT_IN:
                continue
            if resources is None or str(named) not in resources.get(kind, Dictionary()):
                yield f"{name}: {kind} {named}"


@rule("6.2.9; 6.2.8.1")
def forms_are_plain(archive: Archive) -> Iterator[str]:
    """Forms have no OPI, no PostScript, no reference; nothing is a PostScript XObject."""
    for thing in archive.objects:
        if not isinstance(thing, Stream) or "/Subtype" not in thing:
            continue
        if thing["/Subtype"] == Name.PS or (
            thing["/Subtype"] == Name.Form
            and any(key in thing for key in ("/OPI", "/PS", "/Ref", "/Subtype2"))
        ):
            yield f"object {thing.objgen[0]}"


def profile_faults(profile: bytes, components: int) -> Iterator[str]:
    """Tell what is wrong with an ICC profile used for RGB or grey."""
    if len(profile) < 132:
        yield "shorter than a header"
        return
    if struct.unpack_from(">I", profile)[0] != len(profile):
        yield "its size is not the one it states"
    if profile[36:40] != b"acsp":
        yield "no acsp signature"
    if profile[8] not in {2, 4}:
        yield f"version {profile[8]}"
    if profile[12:16] not in {b"mntr", b"prtr", b"scnr", b"spac"}:
        yield f"class {profile[12:16]!r}"
    if profile[16:20] != {1: b"GRAY", 3: b"RGB "}.get(components):
        yield f"space {profile[16:20]!r} for {components} components"
    yield from _tag_faults(profile, components)


def _tag_faults(profile: bytes, components: int) -> Iterator[str]:
    count = struct.unpack_from(">I", profile, 128)[0]
    if 132 + 12 * count > len(profile):
        yield f"{count} tags do not fit"
        return
    names = set()
    for place in range(count):
        name, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * place)
        names.add(name.decode("latin-1"))
        if offset % 4 or offset < 132 + 12 * count or offset + size > len(profile) or size < 8:
            yield f"tag {name!r} lies outside"
    if components == 3 and "A2B0" not in names and (lacking := set(_TAGS_OF_RGB) - names):
        yield f"lacks {sorted(lacking)}"


def jpeg_components(data: bytes) -> int | None:
    """Return the number of components in a JPEG's frame header."""
    at = 2
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return data[at + 9]
        at += 2 + length
    return None


def _device(colour: Any) -> str | None:
    """Return the device colour space a space rests on, or None."""
    if isinstance(colour, Array):
        kind = str(colour[0])
        if kind == "/Indexed":
            return _device(colour[1])
        return _device(colour[2]) if kind in {"/Separation", "/DeviceN"} else None
    if isinstance(colour, String) or colour is None:
        return None
    return str(colour) if str(colour).startswith("/Device") else None


RULES: Final = (
    output_intent_is_given,
    profiles_are_sound,
    device_colours_have_a_meaning,
    pictures_are_plain,
    graphics_states_are_plain,
    groups_blend_in_a_known_space,
    rendering_intents_are_known,
    operators_are_known,
    resources_are_its_own,
    forms_are_plain,
)
