"""The document of the API is made from its routes, and no answer is other than it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from codes.wording import Language
from tests.verifier.employer_desk import EmployerDesk, open_employer_desk
from tests.verifier.json_schema import ANY_JSON, Schemas
from verifier.api.batches import JOBS_EXTENSION
from verifier.api.described import Undescribed
from verifier.api.openapi import build_document, operations
from verifier.api.problems import PROBLEM_TYPE
from verifier.api_keys import Scope
from verifier.bulk_jobs import BulkJobs, JobLimits

EXAMPLES = 30
FILE_EXAMPLES = 3  # each is read in a process of its own
METHODS = {"get", "post", "delete"}


@dataclass
class Spoken:
    """An API and its document."""

    desk: EmployerDesk
    document: dict[str, Any]
    keys: Mapping[str, str]

    @property
    def calls(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every address, method and operation."""
        for address, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield address, method, operation


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    with open_employer_desk(tmp_path_factory.mktemp("openapi")) as desk:
        # No room for lists: each is taken in, counted and given back, and no process is started.
        full = BulkJobs(
            desk.made.home.path, desk.made.home.path / "none", 1, limits=JobLimits(kept=0)
        )
        desk.public.extensions[JOBS_EXTENSION] = full
        document = desk.client().get("/api/v1/openapi.json").get_json()
        keys = {
            "all": f"Bearer {desk.key()}",
            "reads": f"Bearer {desk.key(7, Scope.READ)}",
            "wrong": "Bearer yz_none",
            "odd": "Basic eDp5",
            "none": "",
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
    assert "http://" not in page.text.replace('xmlns="http://www.w3.org', "")
    assert "<script>" not in page.text
    assert len(page.data) < 200_000


BODIES = st.sampled_from(["fits", "fits", "odd", "bytes"])


@given(data=st.data())
@settings(
    max_examples=EXAMPLES * 14,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_is_undocumented_and_none_a_fault(spoken: Spoken, data: st.DataObject) -> None:
    calls = [call for call in spoken.calls if not _is_file(call[2])]
    address, method, operation = data.draw(st.sampled_from(calls))
    schemas = Schemas(spoken.document)
    headers = {}
    if "security" in operation:
        who = data.draw(st.sampled_from(["all", "all", "all", *spoken.keys]))
        headers["Authorization"] = spoken.keys[who]
    query = {}
    for one in operation["parameters"]:
        if one["in"] == "path":
            text = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1)
            address = address.replace(f"{{{one['name']}}}", quote(data.draw(text), safe=""))
        elif data.draw(st.booleans()):
            value = data.draw(schemas.values(one["schema"]) | st.text(max_size=12))
            if one["in"] == "query":
                query[one["name"]] = str(value).encode("utf-8", "replace").decode()
            else:
                headers[one["name"]] = str(value).encode("latin-1", "ignore").decode("latin-1")
    headers = {name: "".join(filter(str.isprintable, value)) for name, value in headers.items()}
    body, kind = None, None
    if "requestBody" in operation:
        body, kind = _body(operation, schemas, data)
    answer = spoken.desk.client().open(
        address, method=method, query_string=query, headers=headers, data=body, content_type=kind
    )
    check(spoken, operation, answer)


def _body(operation: Mapping[str, Any], schemas: Schemas, data: st.DataObject) -> tuple[bytes, str]:
    ((kind, content),) = operation["requestBody"]["content"].items()
    match data.draw(BODIES):
        case "fits":
            return json.dumps(data.draw(schemas.values(content["schema"]))).encode(), kind
        case "odd":
            return json.dumps(data.draw(ANY_JSON)).encode(), kind
        case _:
            return data.draw(st.binary(max_size=60)), data.draw(
                st.sampled_from([kind, "text/plain"])
            )


@given(content=st.binary(max_size=200), name=st.text(max_size=10))
@settings(max_examples=FILE_EXAMPLES, deadline=None, database=None)
def test_no_answer_about_a_file_is_undocumented(spoken: Spoken, content: bytes, name: str) -> None:
    for address, method, operation in spoken.calls:
        if _is_file(operation):
            client = spoken.desk.client()
            upload = {"file": (BytesIO(content), name.encode("utf-8", "replace").decode())}
            check(spoken, operation, client.open(address, method=method, data=upload))
            check(spoken, operation, client.open(address, method=method, data=content))


def check(spoken: Spoken, operation: Mapping[str, Any], answer: TestResponse) -> None:
    """See that an answer is one the document names, and has the form it says."""
    status = str(answer.status_code)
    assert status in operation["responses"], (operation["operationId"], status, answer.text)
    assert answer.status_code != 500, (operation["operationId"], answer.text)
    said = operation["responses"][status].get("content")
    if said is None:
        assert answer.data == b""
        return
    ((kind, content),) = said.items()
    assert answer.mimetype == kind
    assert (kind == PROBLEM_TYPE) is (answer.status_code >= 400)
    faults = Schemas(spoken.document).faults(content["schema"], answer.get_json(force=True))
    assert faults == [], (operation["operationId"], status)


def _is_file(operation: Mapping[str, Any]) -> bool:
    content = operation.get("requestBody", {}).get("content", {})
    return "multipart/form-data" in content
