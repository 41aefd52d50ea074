"""Fixtures of the sealer's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sealer.report_homes import ReportHome, open_report_home


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReportHome]:
    """A site that answers for reports, with one certificate on record."""
    with open_report_home(tmp_path_factory.mktemp("reports")) as made:
        yield made
