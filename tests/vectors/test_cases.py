"""Absent vectors never look like passed tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vectors.cases import FOLDER_VARIABLE, NONE_HERE, published, vectors_folder


def test_the_folder_is_beside_the_repository_unless_told_otherwise() -> None:
    repository = Path(__file__).parents[2]
    assert vectors_folder({}) == repository.parent / "shared" / "vectors"
    assert vectors_folder({FOLDER_VARIABLE: "/elsewhere"}) == Path("/elsewhere")


def test_absent_vectors_fail_in_ci_and_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "/nowhere")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"cctv\.json"):
        published("ed25519/cctv.json")


def test_absent_vectors_are_skipped_by_name_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "/nowhere")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"did not run: .*cctv\.json"):
        published("ed25519/cctv.json")


def test_a_machine_said_to_have_none_goes_without_and_still_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, NONE_HERE)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.skip.Exception, match=r"did not run: published vectors .*cctv\.json"):
        published("ed25519/cctv.json")
