"""`python -m audit`: the auditor where nothing else of the house is installed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from audit.cli import EXIT_NOT_CHECKED, audit, say_not_checked
from codes.wording import Text


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the auditor; whatever keeps it from checking is a sentence and exit code 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        audit.main(args=given, prog_name="python -m audit", standalone_mode=False)
        sys.exit(0)  # it said what it was asked for, such as its options
    except click.Abort:
        say_not_checked("interrupted", Text("已取消", "cancelled"), as_json=as_json)
    except click.ClickException as error:
        error.show()
    except Exception as error:  # noqa: BLE001 - the border where anything becomes a sentence
        reason = type(error).__name__
        told = Text(f"程序出错（{reason}）", f"a fault of the program ({reason})")
        say_not_checked("internal_error", told, as_json=as_json)
    sys.exit(EXIT_NOT_CHECKED)


if __name__ == "__main__":
    main()
