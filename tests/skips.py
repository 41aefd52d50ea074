"""In CI a test that did not run is a failure: a missing tool must not look green.

The only skips let pass are those of published vectors, and only where the run was told that there
are none (`YANZHEN_VECTORS=none`). They are named all the same.
"""

from __future__ import annotations

import os

import pytest
from _pytest.terminal import TerminalReporter

from tests.vectors.cases import FOLDER_VARIABLE, NONE_HERE

_VECTORS_REASON = "did not run: published vectors"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a run with skipped tests into a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(reporter, TerminalReporter) and _unforgiven(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Name the tests that did not run."""
    for report in _unforgiven(terminalreporter):
        terminalreporter.write_line(f"NOT RUN: {report.nodeid}: {_reason(report)}", red=True)


def _unforgiven(reporter: TerminalReporter) -> list[pytest.TestReport]:
    if os.environ.get("CI") != "true":
        return []
    skipped: list[pytest.TestReport] = reporter.stats.get("skipped", [])
    without_vectors = os.environ.get(FOLDER_VARIABLE) == NONE_HERE
    return [
        report for report in skipped if not (without_vectors and _VECTORS_REASON in _reason(report))
    ]


def _reason(report: pytest.TestReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
