"""The ceremonies: root keys shared out, drafts signed off line, roots rotated, lists published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from issuer.sample import write_sample
from keys.document import dump_key_document
from keys.trust_list import parse_trust_list
from registry.home import Home
from registry.row_memory import remember_all
from registry.schema import open_registry
from registry.trust_file import root_pin
from tests.issuer.ceremonies import Ceremony, code_of
from tests.issuer.desks import FILING, PREFIX
from tests.issuer.shells import Shell
from tests.keys.vkey_samples import vkey


def test_init_makes_a_root_key_says_its_pin_and_what_to_do_for_more_people(
    shell: Shell, tmp_path: Path
) -> None:
    said = shell("init").out
    home = Home.open(tmp_path / "home", environment={})
    assert root_pin(home) in said
    assert "docs/trust.md" in said
    (key,) = home.root_key_folder.iterdir()
    assert b"ENCRYPTED" in key.read_bytes()


def test_where_the_root_lies_in_the_home_every_act_publishes_at_once(ceremony: Ceremony) -> None:
    before = ceremony.version_in_force()
    answer = ceremony.shell("keys", "publish", "--json").json
    assert (answer["trust_list_version"], answer["signatures_missing"]) == (before + 1, 0)
    assert ceremony.version_in_force() == before + 1


def test_the_root_is_shared_out_and_taken_off_line(ceremony: Ceremony) -> None:
    before = ceremony.version_in_force()
    ceremony.share_out()
    status = ceremony.shell("trust", "status", "--json").json
    assert (status["root_version"], status["threshold"], len(status["root_keys"])) == (2, 2, 3)
    assert status["root_keys_here"] is False
    assert ceremony.version_in_force() == before + 1
    assert status["root_pin"] == root_pin(ceremony.home)


def test_without_root_keys_an_act_leaves_a_draft_and_the_old_list_stays(
    ceremony: Ceremony,
) -> None:
    first, second, _ = ceremony.share_out()
    before = ceremony.version_in_force()
    answer = ceremony.shell("keys", "new", "--body", PREFIX, "--json")
    assert answer.json["signatures_missing"] == 2
    assert ceremony.version_in_force() == before
    draft = ceremony.waiting("next")
    once = ceremony.sign(draft, first)
    early = ceremony.shell("trust", "publish", once, "--json")
    assert (code_of(early), early.code) == ("signatures_missing", 65)
    assert ceremony.version_in_force() == before
    assert ceremony.shell("trust", "publish", ceremony.sign(once, second)).code == 0
    assert ceremony.version_in_force() == before + 1
    assert code_of(ceremony.shell("trust", "draft", ceremony.folder / "x", "--json")) == (
        "trust_draft_missing"
    )


def test_the_same_key_signing_twice_is_one_signature(ceremony: Ceremony) -> None:
    first, *_ = ceremony.share_out()
    ceremony.shell("keys", "publish")
    draft = ceremony.waiting("next")
    twice = ceremony.sign(ceremony.sign(draft, first), first)
    assert code_of(ceremony.shell("trust", "publish", twice, "--json")) == "signatures_missing"
    assert code_of(ceremony.shell("trust", "publish", twice, twice, "--json")) == (
        "signatures_missing"
    )


def test_a_key_that_is_not_in_the_root_signs_no_list(ceremony: Ceremony) -> None:
    ceremony.share_out()
    ceremony.shell("keys", "publish")
    draft, stranger = ceremony.waiting("next"), ceremony.key("丁")
    answer = ceremony.offline(
        "trust", "sign", draft, ceremony.folder / "no", "--key", stranger, "--yes", "--json"
    )
    assert code_of(answer) == "root_key_foreign"


def test_a_wrong_passphrase_signs_nothing(ceremony: Ceremony) -> None:
    first, *_ = ceremony.share_out()
    ceremony.shell("keys", "publish")
    draft, out = ceremony.waiting("next"), ceremony.folder / "no"
    answer = ceremony.shell("trust", "sign", draft, out, "--key", first, "--yes", "--json")
    assert '"root_passphrase_wrong"' in answer.out
    assert not out.exists()


Choice = Callable[[list[Path]], list[Path]]


def rotated(ceremony: Ceremony, old: list[Path], signers: Choice) -> Path:
    """Compose root 3 with one key exchanged and have it signed by those chosen."""
    new = [*old[:2], ceremony.key("戊", "EdDSA")]
    draft = ceremony.root("root-3", new, 2)
    for key in signers(new):
        draft = ceremony.sign(draft, key)
    return draft


def test_a_lost_root_key_is_exchanged_by_the_others(ceremony: Ceremony) -> None:
    old = ceremony.share_out()
    before = ceremony.version_in_force()
    root = rotated(ceremony, old, lambda new: new[:2])
    assert ceremony.shell("trust", "publish", root).code == 0
    assert ceremony.version_in_force() == before
    waiting = ceremony.waiting("list-3")
    new = ceremony.folder / "戊"
    signed = ceremony.sign(ceremony.sign(waiting, new), old[0])
    assert ceremony.shell("trust", "publish", signed).code == 0
    assert ceremony.version_in_force() == before + 1
    assert ceremony.shell("trust", "status", "--json").json["root_version"] == 3


@pytest.mark.parametrize(
    "signers",
    [
        pytest.param(lambda new: new[:1], id="one of each side"),
        pytest.param(lambda new: new[1:], id="enough of the new, one of the old"),
        pytest.param(lambda new: new[2:], id="only a new key"),
        pytest.param(lambda new: [], id="nobody"),
    ],
)
def test_a_root_with_too_few_signatures_is_not_published(
    ceremony: Ceremony, signers: Choice
) -> None:
    old = ceremony.share_out()
    root = rotated(ceremony, old, signers)
    answer = ceremony.shell("trust", "publish", root, "--json")
    assert (code_of(answer), answer.code) == ("trust_list_unsigned", 65)
    assert ceremony.shell("trust", "status", "--json").json["root_version"] == 2


def test_a_root_is_published_once_and_in_order(ceremony: Ceremony) -> None:
    old = ceremony.share_out()
    root = rotated(ceremony, old, lambda new: new[:2])
    skipped = json.loads(root.read_bytes())
    assert ceremony.shell("trust", "publish", root).code == 0
    assert code_of(ceremony.shell("trust", "publish", root, "--json")) == "root_there"
    (ceremony.home.root_folder / "3.json").unlink()
    (ceremony.home.root_folder / "2.json").unlink()
    root.write_text(json.dumps(skipped))
    answer = ceremony.shell("trust", "publish", root, "--json")
    assert (code_of(answer), answer.code) == ("root_skipped", 65)


def test_a_draft_that_a_newer_list_overtook_is_not_published(ceremony: Ceremony) -> None:
    first, second, third = ceremony.share_out()
    ceremony.shell("keys", "publish")
    early = ceremony.sign(ceremony.sign(ceremony.waiting("early"), first), second)
    ceremony.shell("keys", "publish")
    late = ceremony.sign(ceremony.sign(ceremony.waiting("late"), second), third)
    assert ceremony.shell("trust", "publish", late).code == 0
    assert code_of(ceremony.shell("trust", "publish", early, "--json")) == "trust_draft_outdated"


def test_versions_go_on_although_the_database_is_an_older_one(ceremony: Ceremony) -> None:
    database = ceremony.home.path / "registry.sqlite3"
    kept = database.read_bytes()
    for _ in range(3):
        assert ceremony.shell("keys", "publish").code == 0
    before = ceremony.version_in_force()
    for part in database.parent.glob("registry.sqlite3-*"):
        part.unlink()
    database.write_bytes(kept)
    home = ceremony.home
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        remember_all(engine)  # as restoring a backup does
    assert ceremony.shell("keys", "publish").code == 0
    assert ceremony.version_in_force() == before + 1


def test_a_new_host_is_printed_only_once_the_list_with_it_is_signed(
    ceremony: Ceremony, tmp_path: Path
) -> None:
    ceremony.share_out()
    folder = tmp_path / "sample"
    roster = write_sample(folder)
    given = ("--body", PREFIX, "--batch", "一", "--out", tmp_path / "out", "--json")
    assert code_of(ceremony.shell("issue", roster, *given)) == "public_host_waiting"
    assert list(tmp_path.glob("out/**/*.pdf")) == []


def test_what_is_signed_is_shown_before_and_who_signed_after(ceremony: Ceremony) -> None:
    first, *_ = ceremony.share_out()
    ceremony.shell("keys", "publish")
    draft = ceremony.waiting("next")
    assert FILING["name"] in ceremony.shell("trust", "show", draft).out
    answer = ceremony.offline("trust", "show", ceremony.sign(draft, first), "--json")
    assert answer.json["signatures_missing"] == [1]
    assert code_of(ceremony.shell("trust", "show", f"{first}.pub", "--json")) == "draft_unreadable"


def test_log_status_keys_and_witnesses_are_taken_from_what_they_publish(
    ceremony: Ceremony,
) -> None:
    public = ceremony.home.path / "public"
    log, later = vkey("yz.example.cn/log"), vkey("yz.example.cn/log2")
    (public / "status").mkdir()
    begun = (public / "log" / "vkey").read_text().strip()
    (public / "log" / "vkey").write_text(f"{log}\n")
    (public / "log" / "witnesses").write_text(f"{vkey('w.example/1', kind=4)}\n")
    jwk = json.loads((ceremony.key("k").with_name("k.pub")).read_bytes())
    entry = {"jwk": jwk, "valid_from": "2026-01-01", "valid_to": None}
    (public / "status" / "keys.json").write_text(json.dumps({"keys": [entry]}))
    assert ceremony.shell("keys", "publish").code == 0
    (public / "log" / "vkey").write_text(f"{later}\n")
    assert ceremony.shell("keys", "publish").code == 0
    data = ceremony.home.key_document_path.read_bytes()
    document = parse_trust_list(data, root_pin(ceremony.home)).document
    assert [one.vkey for one in document.logs] == [begun, log, later]
    assert [one.valid_to is None for one in document.logs] == [False, False, True]
    assert document.status_keys[0].jwk.as_dict() == jwk
    assert document.witnesses == (vkey("w.example/1", kind=4),)


def test_a_home_from_before_gets_its_root_and_a_signed_list(ceremony: Ceremony) -> None:
    home = ceremony.home
    data = home.key_document_path.read_bytes()
    unsigned = parse_trust_list(data, root_pin(home)).document
    home.key_document_path.write_bytes(dump_key_document(unsigned))
    for folder in (home.root_folder, home.root_key_folder, home.trust_memory_path.parent):
        for path in folder.iterdir():
            path.unlink()
    assert code_of(ceremony.shell("keys", "publish", "--json")) == "root_missing"
    assert ceremony.shell("migrate").code == 0
    assert ceremony.version_in_force() > unsigned.version


def test_a_pin_that_went_astray_is_not_replaced_by_a_new_root(ceremony: Ceremony) -> None:
    ceremony.home.root_pin_path.unlink()
    assert code_of(ceremony.shell("migrate", "--json")) == "root_pin_gone"
