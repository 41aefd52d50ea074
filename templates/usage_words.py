"""How wrong usage of a command is told, in both languages.

The command line parser tells it in English; what it says is taken apart by its own templates and
said again in Chinese. What our commands refuse themselves is raised as `WrongUsage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

import click

from codes.wording import Language, Text

# The parser's own messages, exactly as it writes them, that our commands can meet.
MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "{name} {filename!r} does not exist.": "{name}“{filename}”不存在，请核对路径。",
        "{name} {filename!r} is a file.": "“{filename}”是文件，此处应为文件夹。",
        "{name} {filename!r} is a directory.": "“{filename}”是文件夹，此处应为文件。",
        "{name} {filename!r} is not readable.": "{name}“{filename}”无权读取。",
        "{value!r} is not one of {choices}.": "“{value}”不在可选值之内，可选：{choices}。",
        "{value!r} does not match the format {format}.": "“{value}”不是日期，应写成 2026-01-31。",
        "{value!r} is not a valid {number_type}.": "“{value}”不是数字。",
        "{value} is not in the range {range}.": "{value} 不在允许范围 {range} 之内。",
        "Got unexpected extra argument ({args})": "多出了参数：{args}。",
        "Got unexpected extra arguments ({args})": "多出了参数：{args}。",
        "Option {name!r} requires an argument.": "选项“{name}”之后要写值。",
        "Option {name!r} does not take a value.": "选项“{name}”不带值。",
        "Missing command.": "没有写明要执行的命令。",
    }
)
_KINDS = {"File": "文件", "Directory": "文件夹", "Path": "路径"}
_SLOT = re.compile(r"\\\{(\w+)(!r)?\\\}")


class WrongUsage(click.UsageError):
    """A command line that a command of ours refuses.

    Args:
        text: what is wrong and what to do.
        about: the option (`--out`) or argument (`FILE`) at fault, where there is one.
    """

    def __init__(self, text: Text, *, about: str | None = None) -> None:
        said = text if about is None else Text(f"{about}：{text.zh}", f"{about}: {text.en}")
        super().__init__(said.en, click.get_current_context(silent=True))
        self.text = said


def show_usage(error: click.ClickException, language: Language) -> str:
    """Return what is printed of wrong usage: how it is used, where help is, what is wrong.

    Args:
        error: as the parser or a command raised it.
        language: the person's.
    """
    lines: list[str] = []
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        command = context.command_path
        used = " ".join([command, *context.command.collect_usage_pieces(context)])
        lines += [
            Text(f"用法：{used}", f"Usage: {used}").say(language),
            Text(f"查看说明：{command} --help", f"Try '{command} --help' for help.").say(language),
            "",
        ]
    said = describe_usage(error)
    lines.append(Text(f"错误：{said.zh}", f"Error: {said.en}").say(language))
    return "\n".join(lines)


def describe_usage(error: click.ClickException) -> Text:
    """Return what is wrong with a command line."""
    if isinstance(error, WrongUsage):
        return error.text
    return Text(_chinese(error), error.format_message())


def _chinese(error: click.ClickException) -> str:
    if isinstance(error, click.MissingParameter):
        return f"缺少{_named(error)}。{_choices(error)}"
    if isinstance(error, click.BadParameter):
        return f"{_named(error)}不对：{translate_message(error.message)}"
    if isinstance(error, click.NoSuchOption):
        return f"没有选项“{error.option_name}”。{_meant(error.possibilities)}"
    if isinstance(error, click.NoSuchCommand):
        return f"没有命令“{error.command_name}”。{_meant(error.possibilities)}"
    return translate_message(error.format_message())


def _named(error: click.BadParameter) -> str:
    """Return the option or argument at fault."""
    parameter = error.param
    if isinstance(parameter, click.Argument) and error.ctx is not None:
        return f"参数“{parameter.make_metavar(error.ctx)}”"
    if parameter is not None:
        return f"选项“{max(parameter.opts, key=len)}”"
    return f"“{error.param_hint}”"


def _choices(error: click.MissingParameter) -> str:
    kind = None if error.param is None else error.param.type
    if not isinstance(kind, click.Choice):
        return ""
    return f"可选：{'、'.join(str(choice) for choice in kind.choices)}。"


def _meant(possibilities: list[str] | None) -> str:
    return f"是否要用：{'、'.join(possibilities)}？" if possibilities else ""


def translate_message(message: str) -> str:
    """Return a message of the parser in Chinese; one that is not known stays as it is."""
    for pattern, chinese in _patterns():
        match = pattern.fullmatch(message)
        if match is not None:
            slots = match.groupdict()
            if "name" in slots:
                slots["name"] = _KINDS.get(slots["name"], slots["name"])
            return chinese.format(**slots)
    return message


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(_compile())


def _compile() -> Iterator[tuple[re.Pattern[str], str]]:
    for message, chinese in MESSAGES.items():
        pattern = _SLOT.sub(_slot_pattern, re.escape(message))
        yield re.compile(pattern, re.DOTALL), chinese


def _slot_pattern(slot: re.Match[str]) -> str:
    name, quoted = slot.groups()
    return f"['\"](?P<{name}>.*)['\"]" if quoted else f"(?P<{name}>.+?)"
