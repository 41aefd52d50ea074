"""`python -m audit`: the auditor where nothing else of the house is installed."""

from __future__ import annotations

from audit.cli import audit

if __name__ == "__main__":
    audit(prog_name="python -m audit")
