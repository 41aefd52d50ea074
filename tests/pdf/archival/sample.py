"""A small page that keeps every rule, for planting defects in."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any, Final

from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL.ImageCms import ImageCmsProfile, createProfile

from templates.fonts import FontChain
from tests.pdf.page_samples import make_photo

FONTS: Final = FontChain(system_dirs=())
TITLE: Final = "职业技能等级证书"
NAME: Final = "欧阳𫖯"
NUMBER: Final = "S000012000123263000001"
ENGLISH: Final = "Skill level certificate"
RECORD: Final = b"\x84\x43\xa1\x01\x26 a signed record"
Rows = tuple[tuple[str, str], ...]
_BASE_FONT: Final = Name("/AAAAAA+Sample")
_DATE: Final = "D:20261123000000+08'00'"
_GAP: Final = 256


def sample_pdf(name: str = NAME) -> Pdf:
    """Return the conforming page as objects that a test may spoil before writing.

    Args:
        name: the holder's.
    """
    rows = (("姓名", name), ("证书编号", NUMBER))
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    page = pdf.pages[0].obj
    font = _SampleFont("".join((TITLE, ENGLISH, *(part for row in rows for part in row))))
    page.Resources = Dictionary(
        Font=Dictionary(F0=font.added_to(pdf)),
        XObject=Dictionary(Art=_artwork(pdf), Photo=_photo(pdf)),
    )
    page.Contents = pdf.make_stream(_content(font, rows))
    page.Tabs = Name.S
    page.StructParents = 0
    _add_field(pdf, page)
    _add_tags(pdf, page)
    _add_record(pdf)
    _add_metadata(pdf)
    return pdf


class _SampleFont:
    """The characters of the page as an embedded TrueType font and its codes."""

    def __init__(self, characters: str) -> None:
        self.program = FONTS.subset(frozenset(characters))
        self.opened = TTFont(BytesIO(self.program))
        self.glyphs = {
            point: self.opened.getGlyphID(name) for point, name in self.opened.getBestCmap().items()
        }

    def hexadecimal(self, text: str) -> str:
        """Return a text as a string of codes."""
        return "<" + "".join(f"{self.glyphs[ord(letter)]:04x}" for letter in text) + ">"

    def added_to(self, pdf: Pdf) -> Any:
        """Add the font's objects to a file."""
        widths = [self.opened["hmtx"][name][0] for name in self.opened.getGlyphOrder()]
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=_BASE_FONT,
            Flags=4,
            FontBBox=[0, -200, 1000, 900],
            ItalicAngle=0,
            Ascent=880,
            Descent=-120,
            CapHeight=700,
            StemV=80,
            FontFile2=pdf.make_stream(self.program, Length1=len(self.program)),
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=_BASE_FONT,
            CIDSystemInfo=Dictionary(
                Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
            ),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=1000,
            W=[0, widths],
            CIDToGIDMap=Name.Identity,
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=_BASE_FONT,
                Encoding=Name("/Identity-H"),
                DescendantFonts=[pdf.make_indirect(descendant)],
                ToUnicode=pdf.make_stream(self._to_unicode()),
            )
        )

    def _to_unicode(self) -> bytes:
        lines = "".join(
            f"<{glyph:04x}> <{chr(point).encode('utf-16-be').hex()}>\n"
            for point, glyph in sorted(self.glyphs.items(), key=lambda pair: pair[1])
        )
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{len(self.glyphs)} beginbfchar\n{lines}endbfchar\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode()


def _content(font: _SampleFont, rows: Rows) -> bytes:
    texts = [TITLE, ENGLISH, *(part for row in rows for part in row)]
    tags = ["H1", "P", "TH", "TD", "TH", "TD"]
    parts = ["/Artifact BMC q /Art Do Q EMC"]
    parts.append("/Figure <</MCID 0>> BDC q 71 0 0 99 430 600 cm /Photo Do Q EMC")
    for place, (tag, text) in enumerate(zip(tags, texts, strict=True), 1):
        size = 24 if tag == "H1" else 12
        left, bottom = (60 if tag != "TD" else 200), 760 - 30 * (place - (tag == "TD"))
        shown = (
            f"BT 0 0 0 rg /F0 {size} Tf 1 0 0 1 {left} {bottom} Tm {font.hexadecimal(text)} Tj ET"
        )
        parts.append(f"/{tag} <</MCID {place}>> BDC {shown} EMC")
    parts.append("/Figure <</MCID 7>> BDC 0 g 60 100 80 80 re f EMC")
    return "\n".join(parts).encode()


def _artwork(pdf: Pdf) -> Any:
    return pdf.make_stream(
        b"0.9 0.95 1 RG 0.3 w 0 0 m 595 842 l S",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, 595, 842],
        Resources=Dictionary(),
    )


def _photo(pdf: Pdf) -> Any:
    photo = pdf.make_stream(
        b"",
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=295,
        Height=413,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
    )
    photo.write(make_photo(), filter=Name.DCTDecode)
    return photo


def _add_field(pdf: Pdf, page: Any) -> None:
    value = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        SubFilter=Name("/ETSI.CAdES.detached"),
        ByteRange=[0, 1111111111, 1111111111, 1111111111],
        Contents=String(bytes([0xC3]) * _GAP),
        M=String(_DATE),
    )
    look = pdf.make_stream(
        b"1 0 0 RG 2 w 20 20 60 60 re S",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, 100, 100],
        Resources=Dictionary(),
    )
    widget = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Sig,
        T=String("Seal"),
        TU=String("评价机构印章"),
        F=132,
        Rect=[360, 120, 460, 220],
        P=page,
        AP=Dictionary(N=look),
        StructParent=1,
        V=pdf.make_indirect(value),
    )
    field = pdf.make_indirect(widget)
    page.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=[field], SigFlags=3)


def _add_tags(pdf: Pdf, page: Any) -> None:
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))

    def element(parent: Any, kind: str, *kids: Any, **entries: Any) -> Any:
        made = Dictionary(Type=Name.StructElem, S=Name(f"/{kind}"), P=parent, Pg=page, **entries)
        made.K = Array(kids)
        added = pdf.make_indirect(made)
        if "/K" in parent:
            parent.K.append(added)
        else:
            parent.K = Array([added])
        return added

    document = element(root, "Document")
    heading = element(document, "H1", 1)
    english = element(document, "P", 2, Lang=String("en"))
    table = element(document, "Table")
    cells = []
    for place in range(2):
        row = element(table, "TR")
        scope = Dictionary(O=Name.Table, Scope=Name.Row)
        cells.append(element(row, "TH", 3 + 2 * place, A=scope))
        cells.append(element(row, "TD", 4 + 2 * place))
    photo = element(document, "Figure", 0, Alt=String("持证人照片"))
    symbol = element(document, "Figure", 7, Alt=String("二维码"))
    seal = element(document, "Form", Dictionary(Type=Name.OBJR, Obj=page.Annots[0], Pg=page))
    by_number = pdf.make_indirect(Array([photo, heading, english, *cells, symbol]))
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=[0, by_number, 1, seal]))
    root.ParentTreeNextKey = 2
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = String("zh-CN")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def _add_record(pdf: Pdf) -> None:
    digest = hashlib.md5(RECORD, usedforsecurity=False).digest()
    stream = pdf.make_stream(
        RECORD,
        Type=Name.EmbeddedFile,
        Subtype=Name("/application/cose"),
        Params=Dictionary(Size=len(RECORD), ModDate=String(_DATE), CheckSum=String(digest)),
    )
    entry = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String("record.cose"),
            UF=String("record.cose"),
            Desc=String("签名的证书记录"),
            AFRelationship=Name.Source,
            EF=Dictionary(F=stream, UF=stream),
        )
    )
    pdf.Root.AF = pdf.make_indirect(Array([entry]))
    pdf.Root.Names = Dictionary(
        EmbeddedFiles=pdf.make_indirect(Dictionary(Names=[String("record.cose"), entry]))
    )


def _add_metadata(pdf: Pdf) -> None:
    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
                Info=String("sRGB IEC61966-2.1"),
                DestOutputProfile=pdf.make_stream(profile, N=3),
            )
        ]
    )
    pdf.Root.Metadata = pdf.make_stream(_PACKET.encode(), Type=Name.Metadata, Subtype=Name.XML)
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(
            Title=String(TITLE),
            Creator=String("Yanzhen"),
            Producer=String("Yanzhen"),
            CreationDate=String(_DATE),
            ModDate=String(_DATE),
        )
    )


_PACKET: Final = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{TITLE}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>Yanzhen</xmp:CreatorTool>
<xmp:CreateDate>2026-11-23T00:00:00+08:00</xmp:CreateDate>
<xmp:ModifyDate>2026-11-23T00:00:00+08:00</xmp:ModifyDate>
<pdf:Producer>Yanzhen</pdf:Producer>
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
