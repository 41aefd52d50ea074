"""The bundled sample: people who do not exist, with document numbers no living person holds.

Resident numbers are formally valid, but their order codes are 996–999, which the numbering rule
kept for people over a hundred years of age; the birth dates here are of people under seventy.
The other documents' numbers are runs of zeros or of one digit in their proper form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from stdnum.iso7064 import mod_11_2

from codes.documents import DocumentType, Sex
from codes.levels import Level

# name · document · area or number · sex · birth date · level
_PEOPLE = """
王晓晨    ID 120101 男 1988-03-14 三级
李雨桐    ID 120102 女 1993-07-02 三级
张建业    ID 120103 男 1979-11-23 二级
刘思远    ID 120104 男 1990-05-30 三级
陈静怡    ID 120105 女 1986-09-18 三级
杨振远    ID 120106 男 1982-01-07 二级
赵䶮      ID 120110 男 1991-12-12 三级
黄㛃      ID 120111 女 1995-04-25 三级
周𫖯      ID 120112 男 1984-08-08 二级
吴𬭎      ID 120113 男 1976-02-29 一级
徐文博    ID 120221 男 1968-06-16 一级
孙丽华    ID 120223 女 1971-10-05 二级
胡志强    ID 120225 男 1974-03-03 一级
朱珺      ID 120114 女 1989-01-21 三级
高翔宇    ID 120115 男 1997-08-19 三级
林叶      ID 120116 女 1994-02-14 三级
欧阳明月  ID 110105 女 1987-05-05 三级
司马长风  ID 310104 男 1980-12-01 二级
诸葛清扬  ID 500103 男 1978-07-27 二级
上官婉莹  ID 440106 女 1992-11-11 三级
阿卜杜拉·买买提            ID 650102 男 1985-04-17 三级
古丽娜尔·艾合买提          ID 653101 女 1990-10-10 三级
迪丽努尔·阿不都热依木      ID 650104 女 1983-06-22 二级
扎西多吉                   ID 540102 男 1977-09-09 二级
卓玛央金                   ID 542221 女 1996-01-15 三级
巴特尔                     ID 150102 男 1981-02-03 二级
乌云其木格                 ID 152501 女 1973-05-19 一级
赛音吉日嘎拉·孛儿只斤      ID 150202 男 1969-12-24 一级
热依汗古丽·吾买尔江·库尔班 ID 652101 女 1988-08-28 三级
金哲洙    ID 222401 男 1975-03-08 二级
马远山    ID 640104 男 1972-07-15 一级
覃小鹏    ID 450103 男 1998-09-01 三级
何嘉欣    HK H00000001 女 1989-04-04 三级
梁家豪    HK M00000002 男 1985-01-31 二级
林志玮    TW 00000003 男 1982-10-25 三级
张雅筑    TW 00000004 女 1991-06-06 三级
陈浩然    HMT 810000 男 1993-03-21 三级
何梓晴    HMT 820000 女 1987-12-30 二级
吕承恩    HMT 830000 男 1979-08-13 一级
ANNA EXAMPLE        FP 911840 女 1984-05-17 三级
JUAN CARLOS MUESTRA FP15 XXX000000000005 男 1976-11-02 二级
MARIE-CLAIRE D'EXEMPLE PP X0000006 女 1990-02-20 三级
JOHN SAMPLE         PP X0000007 男 1981-09-29 三级
"""

_TRIAL_PEOPLE = """
郭晓明    ID 120116 男 1990-10-21 三级
郑雅文    ID 120117 女 1992-03-09 三级
何建国    ID 120118 男 1985-06-27 三级
"""

_KINDS = {
    "ID": DocumentType.RESIDENT_ID,
    "HK": DocumentType.HK_MACAO_PERMIT,
    "TW": DocumentType.TAIWAN_PERMIT,
    "HMT": DocumentType.HMT_RESIDENCE,
    "FP": DocumentType.FOREIGN_PERMANENT,
    "FP15": DocumentType.FOREIGN_PERMANENT,
    "PP": DocumentType.PASSPORT,
}
_LEVELS = {"三级": Level.THREE, "二级": Level.TWO, "一级": Level.ONE}
_CENTENARIAN_ORDERS = {Sex.MALE: ("997", "999"), Sex.FEMALE: ("996", "998")}


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    """One fictional person of the bundled sample."""

    name: str
    document_type: DocumentType
    document_number: str
    sex: Sex
    birth_date: date
    level: Level


def sample_people() -> tuple[SamplePerson, ...]:
    """Return the people of the sample, always the same, in roster order."""
    return tuple(_people(_PEOPLE))


def trial_people() -> tuple[SamplePerson, ...]:
    """Return people who hold no sample certificate yet, for a batch at the desks of a demo."""
    return tuple(_people(_TRIAL_PEOPLE))


def _people(lines: str) -> Iterator[SamplePerson]:
    for index, line in enumerate(lines.strip().splitlines()):
        name, kind, stem, sex_zh, born_text, level = _fields(line)
        sex = Sex.MALE if sex_zh == "男" else Sex.FEMALE
        born = date.fromisoformat(born_text)
        numbered_by_rule = kind in ("ID", "HMT", "FP")
        yield SamplePerson(
            name=name,
            document_type=_KINDS[kind],
            document_number=_number(stem, born, sex, index) if numbered_by_rule else stem,
            sex=sex,
            birth_date=born,
            level=_LEVELS[level],
        )


def _fields(line: str) -> tuple[str, str, str, str, str, str]:
    name, kind, stem, sex, born, level = line.rsplit(maxsplit=5)
    return name.strip(), kind, stem, sex, born, level


def _number(area: str, born: date, sex: Sex, index: int) -> str:
    stem = f"{area}{born:%Y%m%d}{_CENTENARIAN_ORDERS[sex][index % 2]}"
    return stem + mod_11_2.calc_check_digit(stem)
