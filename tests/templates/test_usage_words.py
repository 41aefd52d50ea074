"""Every message of the command line parser that is said in Chinese is one it still writes."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import click

from templates.usage_words import MESSAGES, translate_message


def written_by_the_parser() -> set[str]:
    """Return every string constant in the parser's own source."""
    assert click.__file__ is not None
    return {
        node.value
        for path in Path(click.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_translated_message_is_one_of_the_parsers_own() -> None:
    assert set(MESSAGES) - written_by_the_parser() == set()


def test_every_translated_message_is_found_again_with_what_was_filled_in() -> None:
    for message, chinese in MESSAGES.items():
        slots = {name: name.upper() for _, name, _, _ in Formatter().parse(message) if name}
        assert translate_message(message.format(**slots)) == chinese.format(**slots)


def test_a_file_name_with_a_quote_in_it_stays_whole() -> None:
    assert "“it's 'x'.pdf”" in translate_message("File \"it's 'x'.pdf\" does not exist.")


def test_what_is_not_known_stays_as_it_is() -> None:
    assert translate_message("Something new.") == "Something new."
