"""Versions of status lists: what another process has seen counts, whatever was read before."""

from __future__ import annotations

from pathlib import Path

from verifier.status_source import VersionMemory


def test_what_another_process_saw_of_a_list_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lists.json"
    ours, other = VersionMemory(path), VersionMemory(path)
    assert (ours.raise_to(1, 5), ours.raise_to(2, 5)) == (0, 0)
    assert (ours.raise_to(1, 5), ours.raise_to(2, 5)) == (5, 5)
    assert other.raise_to(2, 9) == 5
    assert ours.raise_to(1, 5) == 5  # reads the file anew for one list
    assert ours.raise_to(2, 5) == 9  # and knows of the other
    assert ours.raise_to(2, 10) == 9
    assert other.raise_to(2, 9) == 10
