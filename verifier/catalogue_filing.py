"""What findings say where a body was not filed for a certificate on its date of issue."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Outcome, Severity

FILING_ENTRIES = {
    Code.OUT_OF_SCOPE: Entry(
        Severity.PROBLEM,
        Outcome.UNKNOWN_ISSUER,
        Text(
            "“{body}”在{issued_on}未就“{occupation}”“{level}”备案。",
            "On {issued_on}, {body} was not filed for {occupation}, {level}.",
        ),
    ),
    Code.FILING_LAPSED: Entry(
        Severity.PROBLEM,
        Outcome.UNKNOWN_ISSUER,
        Text(
            "“{body}”就“{occupation}”“{level}”的备案到{until}为止{again}，"
            "发证日期{issued_on}不在备案期内。",
            "{body} was filed for {occupation}, {level} until {until}{again}, but not on "
            "{issued_on}, the date of issue.",
        ),
    ),
    Code.FILING_SUSPENDED_THEN: Entry(
        Severity.PROBLEM,
        Outcome.UNKNOWN_ISSUER,
        Text(
            "公开日志所载：该机构的备案自{since}起暂停{until}，发证日期在暂停期间。",
            "By the public log, the filing of the body was suspended from {since}{until}, and the "
            "date of issue lies in that time.",
        ),
    ),
    Code.FILING_WITHDRAWN_THEN: Entry(
        Severity.PROBLEM,
        Outcome.UNKNOWN_ISSUER,
        Text(
            "公开日志所载：该机构的备案自{since}起撤销，发证日期在撤销之后。",
            "By the public log, the filing of the body was withdrawn from {since}, before the "
            "certificate was dated.",
        ),
    ),
}
