"""Whatever the program writes on the audit trail has words in both languages for who reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from issuer.application_states import Step
from issuer.batch_objections import Outcome
from issuer.console.trail_acts import ACTS, GROUPS, act_text
from issuer.console.trail_words import GROUNDS, ground_text, subject_text
from issuer.life_words import GROUND_WORDS
from issuer.site_acts import SiteActKind
from registry.trail_models import TrailEntry
from tests.arch.sources import ROOMS, python_files, shown, tree
from verifier.cases.custody_lines import Act

_CODE = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)*")
_PUT_TOGETHER = re.compile(r"""f['"][a-z_]*(?:\.|\{act\})""")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WROTE = {
    "f'{act}.failed'": (),
    "f'batch.objection_{outcome.value}'": [f"batch.objection_{one}" for one in Outcome],
    "f'filing.{kind}.propose'": [f"filing.{one}.propose" for one in (*SiteActKind, "file")],
    "f'filing.{step}'": [f"filing.{one}" for one in (Step.ACCEPT, Step.RETURN, Step.REFUSE)],
    "f'filing.{act}'": ["filing.apply", "filing.accept", "filing.notice"],
    "f\"filing.{act.as_dict()['kind']}\"": [f"filing.{one}" for one in (*SiteActKind, "file")],
    "f'life.{step}'": [f"life.{one}" for one in ("propose", "approve", "reject", "withdraw")],
    "f'police.{step.act}'": [f"police.{one}" for one in Act],
}
"""What an act put together may be."""


@dataclass
class Module:
    """A source file: its tree, and what its names may be."""

    path: Path
    tree: ast.Module
    names: dict[str, list[ast.expr]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                targets, value = node.targets, node.value
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                targets, value = [node.target], node.value
            else:
                continue
            for target in targets:
                self._keep(target, value)

    def _keep(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.names.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, of_it in zip(target.elts, value.elts, strict=False):
                self._keep(one, of_it)

    def values(self, node: ast.expr) -> Iterator[str]:
        """Yield what an argument may be, as far as the source says so."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from self.values(node.body)
            yield from self.values(node.orelse)
        elif isinstance(node, ast.JoinedStr):
            yield ast.unparse(node)
        elif isinstance(node, ast.Name):
            for value in self.names.get(node.id, imported(self, node.id)):
                if not isinstance(value, ast.Name):
                    yield from self.values(value)


@cache
def modules() -> Mapping[Path, Module]:
    return {path: Module(path=path, tree=tree(path)) for path in python_files(*ROOMS)}


def imported(module: Module, name: str) -> list[ast.expr]:
    """Return what a constant of another module is."""
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and name in {one.name for one in node.names}:
            assert node.module is not None
            ends = node.module.replace(".", "/") + ".py"
            found = [one for path, one in modules().items() if path.as_posix().endswith(ends)]
            return [value for one in found for value in one.names.get(name, [])]
    return []


def takers(parameter: str) -> dict[str, set[int]]:
    """Return the functions that take an act, or a ground, and where among their arguments."""
    found: dict[str, set[int]] = {"MachineAccess": set(), "note": set()}
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef):
                names = [one.arg for one in node.args.args if one.arg != "self"]
                if parameter in names:
                    found.setdefault(node.name, set()).add(names.index(parameter))
                elif parameter in {one.arg for one in node.args.kwonlyargs}:
                    found.setdefault(node.name, set())
    return found


def given(parameter: str) -> Iterator[tuple[str, str]]:
    """Yield what is given to who takes an act, or a ground, and where."""
    who = takers(parameter)
    for module in modules().values():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name not in who and name != "partial":
                continue
            places = who.get(name, range(1, len(node.args)))
            passed = [node.args[place] for place in places if place < len(node.args)]
            passed += [one.value for one in node.keywords if one.arg == parameter]
            for value in (one for argument in passed for one in module.values(argument)):
                yield value, f"{shown(module.path)}:{node.lineno}"


@cache
def written() -> Mapping[str, str]:
    """Return every act that the sources write, and where."""
    found: dict[str, str] = {}
    for value, where in given("act"):
        whole = _WROTE.get(value, [value])
        assert value in _WROTE or not _PUT_TOGETHER.match(value), (value, where)
        found |= {one: where for one in whole if _CODE.fullmatch(one) and is_act(one)}
    return found


def is_act(code: str) -> bool:
    """Return whether a word is an act; those of one word are known kinds."""
    return "." in code or code in GROUPS


def test_every_act_that_is_written_has_words() -> None:
    found = written()

    assert len(found) > 150
    assert {one: where for one, where in found.items() if act_text(one) is None} == {}


def test_every_act_with_words_is_written_and_has_a_kind() -> None:
    found = written()

    assert [one for one in ACTS if one not in found] == []
    assert [one for one in ACTS if one.partition(".")[0] not in GROUPS] == []
    assert list(ACTS) == sorted(ACTS) and list(GROUPS) == sorted(GROUPS)


def test_no_two_acts_are_called_the_same() -> None:
    for words in ([one.zh for one in ACTS.values()], [one.en for one in ACTS.values()]):
        assert [one for one in words if words.count(one) > 1] == []


def test_every_ground_that_the_program_writes_is_told_in_english() -> None:
    found = {one: where for one, where in given("ground") if _CHINESE.search(one)}
    plain = {one: where for one, where in found.items() if not one.startswith("f")}

    assert len(plain) > 15
    assert {one: where for one, where in plain.items() if one not in GROUNDS} == {}
    assert [act.text.zh for act in Act if act.text.zh not in GROUNDS] == []


def entry(act: str, subject: str = "", ground: str = "") -> TrailEntry:
    return TrailEntry(act=act, subject=subject, ground=ground)


@pytest.mark.parametrize(
    ("act", "subject", "zh", "en"),
    [
        ("filing.settle", "1 2", "异议 2（申请 1）", "objection 2 (application 1)"),
        ("filing.read", "1 objection 2", "异议 2（申请 1）", "objection 2 (application 1)"),
        ("filing.accept", "2", "申请 2", "application 2"),
        ("filing.accept.failed", "2 stage", "申请 2 stage", "application 2 stage"),
        ("complaint.assign", "5 钱负责", "投诉举报 5 钱负责", "complaint 5 钱负责"),
        ("life.approve", "revoke S1 #4", "撤销 S1 #4", "revoked: S1 #4"),
        ("batch.row", "S1 某批 4", "S1 某批 第 4 行", "S1 某批, row 4"),
        ("batch.eligibility", "S1 某批 row 4", "S1 某批 第 4 行", "S1 某批, row 4"),
        ("batch.eligibility", "S1 某批 4", "S1 某批 第 4 页", "S1 某批, page 4"),
        ("batch.rows_corrected", "S1 某批 4", "S1 某批 共 4 行", "S1 某批, rows: 4"),
        ("batch.photos_dropped", "S1 第 4", "S1 第 4", "S1 第 4"),
        (
            "batch.rows",
            "S1 某批 faulty 1",
            "S1 某批 有问题的人员第 1 页",
            "S1 某批, at fault, page 1",
        ),
        (
            "batch.steps_skipped",
            "S1 plan plan notice",
            "S1 考试安排、考试安排、结果公示",
            "S1 examination plan, examination plan, public notice of results",
        ),
        (
            "body.setting_confirm.failed",
            "S1 step_notice=skipped setting_gone",
            "S1 结果公示：不在此办理 setting_gone",
            "S1 public notice of results: skipped here setting_gone",
        ),
        (
            "questions.answer.undone",
            "question 1 S1 differs",
            "询问 1 S1 是本机构签发，登记与询问所述不一致",
            "question 1 S1 issued by us; our record is not as the question says",
        ),
        ("employer.check", "employer check 1", "核验 1", "check 1"),
        ("filing.renew", "S000012000123", "S000012000123", "S000012000123"),
        ("accounts.state", "short", "short", "short"),
    ],
)
def test_a_bare_number_is_told_in_words(act: str, subject: str, zh: str, en: str) -> None:
    told = subject_text(entry(act, subject))

    assert (told.zh, told.en) == (zh, en)


def test_grounds_of_the_program_are_translated_and_those_of_people_stay() -> None:
    cheating = next(one for one in GROUND_WORDS.values() if one.en == "cheating")

    assert ground_text(entry("life.approve", ground=cheating.zh)).en == "cheating"
    assert ground_text(entry("filing.read", ground=cheating.zh)).en == cheating.zh
    issued = ground_text(entry("issue", ground="批次已审批，后台签发"))
    assert issued.en == "batch approved, issued in the background"
    ordered = ground_text(entry("police.judge", ground="核验，由周警官交办"))
    assert (ordered.zh, ordered.en) == ("核验，由周警官交办", "verified, on the order of 周警官")
    printed = ground_text(entry("certificates.file", ground="印制审批事项 7 批准的证书"))
    assert printed.en == "to print the certificate that act 7 approved"
    assert ground_text(entry("filing.read", ground="审查材料")).en == "审查材料"


def test_the_ending_of_an_act_is_told_too() -> None:
    told = [act_text(one) for one in ("keys.new.failed", "filing.renew.propose", "none.such")]

    words = [one and one.zh for one in told]
    assert words == ["生成签名密钥（未办成）", "提出：备案续期（待批准）", None]
