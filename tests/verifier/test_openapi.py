"""The document of the API is made from its routes, and no answer is other than it says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from codes.wording import Language
from issuer.report_key_custody import ensure_report_key
from tests.verifier.asked_by_document import Asked, Asking, ask_by_document, labels
from tests.verifier.employer_desk import PASSPHRASE, EmployerDesk, open_employer_desk
from tests.verifier.world import DOCUMENT, NAME, NOW
from verifier.api.batches import JOBS_EXTENSION
from verifier.api.described import Undescribed
from verifier.api.openapi import build_document, operations
from verifier.api_keys import Scope
from verifier.bulk_jobs import BulkJobs, JobLimits

EXAMPLES = 8
FILES = 2  # each is read in a process of its own
SEED = 20261126
METHODS = {"get", "post", "delete"}


@dataclass
class Spoken:
    """An API and its document."""

    desk: EmployerDesk
    document: dict[str, Any]
    keys: Mapping[str, str | None]

    @property
    def calls(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every address, method and operation."""
        for address, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield address, method, operation

    def ask(self, authorization: str | None, operations: Sequence[str] = ()) -> Asked:
        """Ask what the document tells; the drill `openapi` asks more."""
        known = (self.desk.number, NAME, DOCUMENT, self.desk.made.issued.qr_text())
        asking = Asking(
            examples=EXAMPLES,
            files=FILES,
            seed=SEED,
            authorization=authorization,
            operations=operations,
            phases=("fuzzing",),
            known=known,
        )
        return ask_by_document(self.desk.public, asking)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    with open_employer_desk(tmp_path_factory.mktemp("openapi")) as desk:
        # No room for lists: each is taken in, counted and given back, and no process is started.
        full = BulkJobs(
            desk.made.home.path, desk.made.home.path / "none", 1, limits=JobLimits(kept=0)
        )
        desk.public.extensions[JOBS_EXTENSION] = full
        ensure_report_key(desk.made.home, "样本查验中心（虚构）", PASSPHRASE, now=NOW)
        document = desk.client().get("/api/v1/openapi.json").get_json()
        keys = {
            "all": f"Bearer {desk.key()}",
            "reads": f"Bearer {desk.key(7, Scope.READ)}",
            "wrong": "Bearer yz_none",
            "none": None,
        }
        yield Spoken(desk=desk, document=document, keys=keys)


def test_the_document_is_of_openapi_3_1_and_whole(spoken: Spoken) -> None:
    document = spoken.document
    assert document["openapi"] == "3.1.0"
    calls = list(spoken.calls)
    ids = [operation["operationId"] for *_, operation in calls]
    assert len(calls) == 15
    assert len(set(ids)) == len(ids)
    assert {method for _, method, _ in calls} <= METHODS
    tags = {tag["name"] for tag in document["tags"]}
    named = set(document["components"]["schemas"])
    for address, _, operation in calls:
        assert set(operation["tags"]) <= tags
        assert operation["summary"]
        in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert in_path == {part[1:-1] for part in address.split("/") if part.startswith("{")}
        assert "500" in operation["responses"]
    references = set(_references(document))
    assert references <= {f"#/components/schemas/{name}" for name in named}
    unused = named - {one.rpartition("/")[2] for one in references}
    assert unused == set()


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def test_a_route_that_says_nothing_of_itself_is_refused() -> None:
    app = Flask("silent")
    app.add_url_rule("/api/v1/silent", "silent", lambda: "")
    with pytest.raises(Undescribed):
        list(operations(app))


def test_the_document_is_in_both_languages_and_may_be_cached(spoken: Spoken) -> None:
    client = spoken.desk.client()
    zh, en = (client.get(f"/api/v1/openapi.json?lang={one}") for one in ("zh", "en"))
    assert zh.get_json()["info"]["title"] == "验真核验接口"
    assert en.get_json()["info"]["title"] == "Yanzhen verification API"
    assert zh.headers["ETag"] != en.headers["ETag"]
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": zh.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert build_document(spoken.desk.public, Language.ZH) == zh.get_json()


def test_the_page_shows_every_operation_and_runs_nothing_of_others(spoken: Spoken) -> None:
    page = spoken.desk.client().get("/developers?lang=en")
    assert page.status_code == 200
    for address, _, operation in spoken.calls:
        assert f'id="{operation["operationId"]}"' in page.text
        assert f"<code>{address}</code>" in page.text
    found = re.search("Base address of this site: <code>([^<]+)</code>", page.text)
    assert found is not None and f"{found[1]}/api/v1/verify" in page.text
    assert "http://" not in page.text.replace('xmlns="http://www.w3.org', "").replace(found[1], "")
    assert "<script>" not in page.text
    assert len(page.data) < 200_000


def test_the_client_of_the_api_is_sent_as_one_file(spoken: Spoken) -> None:
    sent = spoken.desk.client().get("/developers/client.py")
    assert sent.headers["Content-Disposition"] == 'attachment; filename="yanzhen_client.py"'
    held: dict[str, Any] = {"__name__": "yanzhen_client"}
    sys.modules["yanzhen_client"] = ModuleType("yanzhen_client")  # where its dataclasses look
    try:
        exec(sent.text, held)  # noqa: S102 - the file itself
    finally:
        del sys.modules["yanzhen_client"]
    page = spoken.desk.client().get("/developers").text
    imported = re.search("from yanzhen_client import (.+)", page)
    assert imported is not None and set(imported[1].split(", ")) <= held.keys()
    assert 'href="/developers/client.py"' in page


def test_no_answer_is_undocumented_and_none_a_fault(spoken: Spoken) -> None:
    asked = spoken.ask(spoken.keys["all"])
    assert asked.faults == []
    assert set(asked.operations) ^ labels(spoken.document) == set()
    assert {200, 202, 400, 404, 429} <= set(asked.statuses)


@pytest.mark.parametrize(
    ("who", "answered"), [("none", {401}), ("wrong", {401}), ("reads", {200, 400, 403, 404})]
)
def test_a_key_that_may_not_is_refused_as_the_document_says(
    spoken: Spoken, who: str, answered: set[int]
) -> None:
    keyed = [one["operationId"] for *_, one in spoken.calls if "security" in one]
    asked = spoken.ask(spoken.keys[who], keyed)
    assert asked.faults == []
    assert set(asked.operations) ^ labels(spoken.document, keyed) == set()
    assert set(asked.statuses) == answered
