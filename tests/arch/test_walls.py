"""The walls between the rooms hold, in the source and in a running public process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from registry.home import Home
from tests.arch.sources import ROOT

_SEEN_BY_THE_PUBLIC = """
import json, sys
from wsgi import create_public_app
client = create_public_app().test_client()
client.get("/"), client.get("/q"), client.get("/keys.json")
client.post("/api/v1/verify", json={"number": "S000012000123263000001", "name": "某人"})
client.post("/api/v1/verify/qr", json={"text": "1"})
print(json.dumps(sorted(sys.modules)))
"""


def loaded_by_the_public_side(home: Home) -> list[str]:
    """Return the modules a fresh interpreter has loaded once the public site has answered."""
    done = subprocess.run(
        [sys.executable, "-c", _SEEN_BY_THE_PUBLIC],
        cwd=ROOT,
        env=os.environ | {"YANZHEN_HOME": str(home.path)},
        capture_output=True,
        check=True,
    )
    modules: list[str] = json.loads(done.stdout)
    return modules


def test_the_public_process_has_loaded_neither_signing_nor_the_issuer(home: Home) -> None:
    loaded = loaded_by_the_public_side(home)

    assert "verifier.service" in loaded
    assert "keys.signing" not in loaded
    assert "keys.root_signing" not in loaded
    assert "keys.report_key" not in loaded
    assert not [name for name in loaded if name.partition(".")[0] in ("issuer", "sealer")]


def test_nothing_that_draws_pages_or_reads_files_is_loaded_by_the_public_process(
    home: Home,
) -> None:
    heavy = {"reportlab", "fontTools", "pypdfium2", "zxingcpp", "python_calamine", "alembic"}
    heavy |= {"numpy", "cv2", "onnxruntime", "rapidocr", "pillow_heif", "PIL", "pyhanko"}

    assert heavy.isdisjoint(loaded_by_the_public_side(home))


def test_the_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.prefix) / "bin" / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_importing_the_entrance_loads_no_room_but_codes() -> None:
    script = "import wsgi, sys; print(*{m.partition('.')[0] for m in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert {"audit", "issuer", "verifier", "registry", "keys", "log", "templates"}.isdisjoint(
        done.stdout.split()
    )
