"""What each printed field of a file came to beside the record, in a word and a colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from codes.wording import Text
from templates.spoken_values import spoken_print
from verifier.finding_codes import Code
from verifier.picture import PHOTO
from verifier.picture_decision import NEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What one question about the certificate came to, and its colour."""

    tone: str
    text: Text


_COMPARISONS = {
    Code.FIELD_AGREES: Comparison(tone="good", text=Text("文件中的文字一致", "The text agrees")),
    Code.PICTURE_FIELD_AGREES: Comparison(
        tone="good", text=Text("图片上所印一致", "The print agrees")
    ),
    Code.FIELD_NOT_COMPARED: Comparison(
        tone="calm", text=Text("文件未能比对", "Not compared with the file")
    ),
    Code.FIELD_COVERED: Comparison(
        tone="calm",
        text=Text("文件中此处文字被遮盖，未能比对", "Covered in the file; not compared"),
    ),
    Code.FIELD_TWICE: Comparison(
        tone="warn", text=Text("文件中出现不止一次，未作比对", "More than once in the file")
    ),
    Code.OVERLAID_TEXT: Comparison(
        tone="warn", text=Text("文件中此处叠印了不同的文字", "Different texts overlaid in the file")
    ),
    Code.PICTURE_FIELD_UNCLEAR: Comparison(
        tone="calm", text=Text("图片中不能判断", "The picture does not tell")
    ),
    Code.PHOTO_AGREES: Comparison(tone="good", text=Text("图像一致", "The image agrees")),
    Code.PHOTO_DIFFERS: Comparison(tone="bad", text=Text("图像不一致", "The image differs")),
    Code.PHOTO_UNCLEAR: Comparison(
        tone="calm", text=Text("图片中不能判断", "The picture does not tell")
    ),
}

_BESIDE = Comparison(
    tone="warn",
    text=Text("文字一致，但旁边另有添加的内容", "The text agrees, but more was added beside it"),
)
_FILE_SHOWS = Text("文件所印", "The file shows")
_PICTURE_SHOWS = Text("图片所示", "The picture shows")


def comparisons(findings: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, Comparison]:
    """Return what each field came to, by its name.

    Args:
        findings: the code and the evidence of each.
    """
    found = list(findings)
    compared = {
        told["field"]: _comparison(Code(code), told) for code, told in found if "field" in told
    }
    for name in _fields_beside(found):
        if name in compared and compared[name].tone == "good":
            compared[name] = _BESIDE
    return compared


def _fields_beside(findings: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[str]:
    """Yield the fields beside which a file carries what is no part of a certificate."""
    for code, told in findings:
        if code in (Code.EXTRA_TEXT, Code.PAGE_DIFFERS_ELSEWHERE):
            yield from told.get("near", "").split(NEXT)
        elif code == Code.PAGE_MARKED:
            yield from told["places"].split()


def _comparison(code: Code, evidence: Mapping[str, str]) -> Comparison:
    if code in _COMPARISONS:
        return _COMPARISONS[code]
    if evidence["field"] == PHOTO:
        return _COMPARISONS[Code.PHOTO_DIFFERS]
    source, shown = shown_by(evidence), spoken_print(evidence.get("printed", ""))
    text = Text(f"{source.zh}：{shown.zh}", f"{source.en}: {shown.en}")
    return Comparison(tone="bad", text=text)


def shown_by(evidence: Mapping[str, str]) -> Text:
    """Return what showed a field that differs; only in a picture it has a place."""
    return _PICTURE_SHOWS if "outline" in evidence else _FILE_SHOWS
