"""The tables and words the landing page's script works with, as one cacheable JSON document.

Everything is taken from the same Python tables the server judges by, so the two cannot drift.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from codes.documents import DocumentType
from codes.levels import Level
from codes.number import Category
from codes.occupations import occupations
from codes.regions import provinces
from codes.wording import Text
from templates.labels import NO_SPECIALTY
from templates.report_words import RECORD_STATUS
from verifier.catalogue import CATALOGUE
from verifier.findings import PRECEDENCE
from verifier.printed import PHOTO_BY_EYE
from verifier.site import present, words
from verifier.site.meanings import SPECIFIC
from verifier.verdict import (
    FILING_LAPSED,
    TRUST_EARLIER,
    TRUST_TODAY,
    Outcome,
    Severity,
    Status,
)


@cache
def tables_json() -> bytes:
    """Return the document, byte for byte the same in every process of one version."""
    document = {
        "number": {
            "categories": [one.value for one in Category],
            "provinces": sorted(code for code, one in provinces().items() if one.files_bodies),
        },
        "document_types": {str(one.value): _pair(one) for one in DocumentType},
        "levels": {str(one.value): _pair(one) for one in Level},
        "occupations": {str(one.index): {**_pair(one), "code": one.code} for one in occupations()},
        "findings": {
            code.value: {
                "severity": entry.severity.value,
                "forces": None if entry.forces is None else entry.forces.value,
                "rank": present.rank(code, entry.severity),
                **_text(entry.text),
            }
            for code, entry in CATALOGUE.items()
        },
        "photo": _text(PHOTO_BY_EYE),
        "precedence": [one.value for one in PRECEDENCE],
        "words": _words(),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _words() -> dict[str, Any]:
    """Return what the result page says around a verdict."""
    return {
        "outcomes": {
            one.value: {
                **_text(one.text),
                "tone": words.TONES[one],
                "meaning": _text(words.MEANINGS[one]),
                "status_shown": one not in words.STATUS_HIDDEN,
            }
            for one in Outcome
        },
        "filing_lapsed": _text(FILING_LAPSED),
        "compare_advice": {
            "good": _text(words.COMPARE_ADVICE[True]),
            "other": _text(words.COMPARE_ADVICE[False]),
        },
        "meanings": [
            {
                "outcome": one.outcome.value,
                "codes": [code.value for code in one.codes],
                "tone": one.tone,
                **_text(one.text),
            }
            for one in SPECIFIC
        ],
        "statuses": {one.value: _text(one.text) for one in Status},
        "severities": {
            one.value: {**_text(one.text), "tone": words.SEVERITY_TONES[one]} for one in Severity
        },
        "record_status": {
            **_text(RECORD_STATUS),
            "tone": words.SEVERITY_TONES[Severity.NOTICE],
        },
        "tone_strength": words.TONE_STRENGTH,
        "decides": _text(words.DECIDES),
        "trust_list": {
            "today": _text(TRUST_TODAY),
            "earlier": _text(TRUST_EARLIER),
        },
        "no_specialty": NO_SPECIALTY,
        "facts": {key: _text(label) for key, label in words.FACT_LABELS.items()},
        "notes": {key: _text(note) for key, note in words.FACT_NOTES.items()},
    }


def _pair(named: Any) -> dict[str, str]:
    """Return the two names of anything that has `.zh` and `.en`."""
    return {"zh": named.zh, "en": named.en}


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
