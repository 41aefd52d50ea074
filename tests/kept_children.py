"""Child processes that read files serve one test after another, as at a site they serve requests.

Most tests make an application of their own, and each would start and load them anew.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from registry.child import Child

_KEPT: Final = frozenset(
    {"verifier.document_child", "verifier.picture_child", "verifier.report_picture_child"}
)
_Terms = tuple[str, float, int]


@contextmanager
def kept_children() -> Iterator[None]:
    """Within a block, give what a closed child leaves to the next one on the same terms."""
    idle: dict[_Terms, subprocess.Popen[bytes]] = {}
    start = Child._running

    def terms(child: Child) -> _Terms:
        return child._module, child._seconds, child._memory_bytes

    def running(child: Child) -> subprocess.Popen[bytes]:
        if child._process is None:
            child._process = idle.pop(terms(child), None)
        return start(child)

    def close(child: Child) -> None:
        with child._lock:
            if child._module in _KEPT and child._process and terms(child) not in idle:
                idle[terms(child)], child._process = child._process, None
            child._kill()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Child, "_running", running)
        patch.setattr(Child, "close", close)
        yield
    for (module, seconds, memory), process in idle.items():
        child = Child(module, seconds=seconds, memory_bytes=memory)
        child._process = process
        child.close()
