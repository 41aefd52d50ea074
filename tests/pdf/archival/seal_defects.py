"""Planted defects of the attachment, the field and the seal."""

from __future__ import annotations

from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.pdf.archival.defects import (
    objects,
    page,
    record,
    seal,
    swapped,
    widget,
)


@objects("attachments_are_specified")
def the_attachment_has_no_name(pdf: Pdf) -> None:
    del record(pdf).F


@objects("attachments_are_related")
def the_relation_is_missing(pdf: Pdf) -> None:
    del record(pdf).AFRelationship


@objects("attachments_are_typed")
def the_kind_is_missing(pdf: Pdf) -> None:
    del record(pdf).EF.F.Subtype


@objects("attachments_are_measured")
def the_size_is_wrong(pdf: Pdf) -> None:
    record(pdf).EF.F.Params.Size = 1


@objects("attachments_are_measured")
def the_checksum_is_wrong(pdf: Pdf) -> None:
    record(pdf).EF.F.Params.CheckSum = String(bytes(16))


@objects("attachments_are_measured")
def the_date_is_missing(pdf: Pdf) -> None:
    del record(pdf).EF.F.Params.ModDate


@objects("attachments_are_associated")
def the_attachment_is_not_associated(pdf: Pdf) -> None:
    pdf.Root.AF = Array()


@objects("attachments_are_named")
def the_name_tree_is_missing(pdf: Pdf) -> None:
    del pdf.Root.Names


@objects("nothing_acts")
def a_script_runs(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@objects("nothing_acts")
def a_field_has_a_trigger(pdf: Pdf) -> None:
    widget(pdf).AA = Dictionary()


@objects("annotations_are_of_allowed_kinds")
def the_seal_is_a_film(pdf: Pdf) -> None:
    movie = _annotation(pdf, Name.Movie)
    _tag_as(pdf, movie, "Annot")


@objects("annotations_are_printed")
def the_seal_is_not_printed(pdf: Pdf) -> None:
    widget(pdf).F = 128


@objects("annotations_are_printed")
def the_seal_is_hidden(pdf: Pdf) -> None:
    widget(pdf).F = 6


@objects("annotations_have_one_look")
def the_seal_has_no_look(pdf: Pdf) -> None:
    del widget(pdf).AP


@objects("annotations_have_one_look")
def the_seal_looks_otherwise_when_pressed(pdf: Pdf) -> None:
    widget(pdf).AP.D = widget(pdf).AP.N


@objects("form_is_plain")
def looks_are_left_to_the_viewer(pdf: Pdf) -> None:
    pdf.Root.AcroForm.NeedAppearances = True


@objects("signature_field_is_whole")
def the_flags_are_missing(pdf: Pdf) -> None:
    del pdf.Root.AcroForm.SigFlags


@objects("signature_is_detached")
def the_format_is_of_adobe(pdf: Pdf) -> None:
    seal(pdf).SubFilter = Name("/adbe.pkcs7.detached")


@objects("permissions_are_known")
def a_permission_is_unknown(pdf: Pdf) -> None:
    pdf.Root.Perms = Dictionary(Other=Dictionary())


@objects("nothing_is_optional")
def there_are_layers(pdf: Pdf) -> None:
    pdf.Root.OCProperties = Dictionary()


def _annotation(pdf: Pdf, kind: Name) -> Any:
    made = Dictionary(
        Type=Name.Annot, Subtype=kind, Rect=[0, 0, 0, 0], F=4, StructParent=2, P=page(pdf)
    )
    added = pdf.make_indirect(made)
    page(pdf).Annots.append(added)
    return added


def _tag_as(pdf: Pdf, annotation: Any, kind: str) -> None:
    root = pdf.Root.StructTreeRoot
    document = root.K[0]
    child = Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page(pdf))
    made = Dictionary(
        Type=Name.StructElem, S=Name(f"/{kind}"), P=document, Pg=page(pdf), K=Array([child])
    )
    added = pdf.make_indirect(made)
    document.K.append(added)
    root.ParentTree.Nums.append(2)
    root.ParentTree.Nums.append(added)
    root.ParentTreeNextKey = 3


DEFECTS: Final = (
    the_attachment_has_no_name,
    the_relation_is_missing,
    the_kind_is_missing,
    the_size_is_wrong,
    the_checksum_is_wrong,
    the_date_is_missing,
    the_attachment_is_not_associated,
    the_name_tree_is_missing,
    a_script_runs,
    a_field_has_a_trigger,
    the_seal_is_a_film,
    the_seal_is_not_printed,
    the_seal_is_hidden,
    the_seal_has_no_look,
    the_seal_looks_otherwise_when_pressed,
    looks_are_left_to_the_viewer,
    the_flags_are_missing,
    the_format_is_of_adobe,
    a_permission_is_unknown,
    there_are_layers,
    swapped("signature_covers_all", "the_range_begins_late", b"[0 ", b"[1 "),
)
