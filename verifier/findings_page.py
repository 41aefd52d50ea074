"""Writes docs/findings.md from the catalogue: `python -m verifier.findings_page`."""

from __future__ import annotations

import sys

from verifier.catalogue import CATALOGUE
from verifier.finding_codes import Code
from verifier.findings import PRECEDENCE
from verifier.verdict import Outcome

_HEAD = """\
# Findings

Every verdict is made of findings. Each has a stable `code`, a severity and a sentence in Chinese
and English; `{slots}` are filled in. A finding may force an outcome; of the outcomes forced, the
first in this order is the verdict's:

"""
_TAIL = """
Nothing is ever `valid` for want of complaints: the signature, the issuer's right, the registration
and the present status must each have been established, and for a file also that every field agrees
and that the file is byte for byte the one issued. This page is generated:
`python -m verifier.findings_page > docs/findings.md`.

| code | severity | forces | 中文 | English |
|---|---|---|---|---|
"""


def render_page() -> str:
    """Return the page, the same for the same catalogue."""
    order = "".join(
        f"{place}. `{outcome.value}` {outcome.text.zh}\n"
        for place, outcome in enumerate((*PRECEDENCE, Outcome.VALID), start=1)
    )
    return _HEAD + order + _TAIL + "".join(_row(code) for code in Code)


def _row(code: Code) -> str:
    entry = CATALOGUE[code]
    forces = "" if entry.forces is None else f"`{entry.forces.value}`"
    cells = (f"`{code.value}`", entry.severity.value, forces, entry.text.zh, entry.text.en)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(render_page())
