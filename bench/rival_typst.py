"""The page by typst: one compiler kept, fonts loaded once, the data given as inputs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import typst

from bench.issue_page import LINE, PAGE_MM, photo_box, qr_box, rules, runs_of
from bench.rivals import Sheet

_TEMPLATE: Final = """
#set page(width: 210mm, height: 297mm, margin: 0mm)
#set text(font: "Yanzhen Page", lang: "zh", region: "cn", top-edge: "baseline",
          bottom-edge: "baseline")
#set document(title: "职业技能等级证书")
#let data = json(bytes(sys.inputs.at("data")))
#for run in data.runs {
  let shown = text(size: run.size * 1pt, fill: rgb(run.ink), run.text)
  if run.centred {
    place(top + center, dx: (run.x - 105) * 1mm, dy: (297 - run.y) * 1mm, shown)
  } else {
    place(top + left, dx: run.x * 1mm, dy: (297 - run.y) * 1mm, box(width: 170mm, shown))
  }
}
#for (from, to, height) in data.rules {
  place(top + left, line(start: (from * 1mm, (297 - height) * 1mm),
    end: (to * 1mm, (297 - height) * 1mm), stroke: 0.5pt + rgb(data.line)))
}
#for (name, bounds) in data.pictures {
  place(top + left, dx: bounds.at(0) * 1mm, dy: (297 - bounds.at(1) - bounds.at(3)) * 1mm,
    image(name, width: bounds.at(2) * 1mm, height: bounds.at(3) * 1mm, scaling: "pixelated"))
}
"""


class TypstRival:
    """Compiles one template; untagged, as the other rivals' files are."""

    name = "typst"
    in_this_process = True

    def __init__(self, font_path: Path, folder: Path) -> None:
        source = folder / "page.typ"
        source.write_text(_TEMPLATE, encoding="utf-8")
        self._compiler = typst.Compiler(
            source, root=folder, font_paths=[font_path.parent], ignore_system_fonts=True
        )
        assert PAGE_MM == (210.0, 297.0)

    def render(self, sheet: Sheet) -> bytes:
        """Return the page as a PDF file."""
        data = {
            "runs": [asdict(run) for run in runs_of(sheet.face)],
            "rules": rules(),
            "line": LINE,
            "pictures": [(sheet.photo_path.name, photo_box()), (sheet.qr_path.name, qr_box())],
        }
        inputs = {"data": json.dumps(data, ensure_ascii=False)}
        page = self._compiler.compile(format="pdf", sys_inputs=inputs, pdf_tags=False)
        assert isinstance(page, bytes)
        return page
