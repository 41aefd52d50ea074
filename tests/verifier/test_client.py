"""The Python client is what the document says, and a list goes through it from end to end."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

import pytest

from tests.verifier.employer_desk import EmployerDesk, open_employer_desk
from verifier import client as module
from verifier.api_keys import Scope
from verifier.client import Answered, ApiRefused, Batch, Client, Result, Row, Usage

_PYTHON = {"string": str, "integer": int, "boolean": bool}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmployerDesk]:
    with open_employer_desk(tmp_path_factory.mktemp("client")) as opened:
        yield opened


@dataclasses.dataclass
class Line:
    """A connection to the public site, without a network, that can break."""

    desk: EmployerDesk
    broken: list[str] = dataclasses.field(default_factory=list)
    sent: list[str] = dataclasses.field(default_factory=list)

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answered:
        self.sent.append(f"{method} {url}")
        fault = self.broken.pop() if self.broken else ""
        if fault == "before":
            raise ConnectionResetError
        answer = self.desk.client().open(url, method=method, headers=dict(headers), data=body)
        if fault == "after":
            raise ConnectionResetError
        return Answered(status=answer.status_code, headers=dict(answer.headers), body=answer.data)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Row, "BatchRow"), (Batch, "Batch"), (Result, "Result"), (Usage, "Usage")],
)
def test_types_are_those_of_the_document(desk: EmployerDesk, kind: type, name: str) -> None:
    document = desk.client().get("/api/v1/openapi.json").get_json()
    schema = document["components"]["schemas"][name]
    hints = get_type_hints(kind)
    assert list(hints) == list(schema["properties"])
    for member, said in schema["properties"].items():
        if said.get("type") in _PYTHON:
            assert hints[member] is _PYTHON[said["type"]], member
    optional = {one.name for one in dataclasses.fields(kind) if one.default == ""}
    assert set(schema["properties"]) - optional == set(schema["required"])


def test_every_operation_for_keys_has_its_address_in_the_client(desk: EmployerDesk) -> None:
    document = desk.client().get("/api/v1/openapi.json").get_json()
    keyed = {
        re.sub(r"\{[a-z]+\}", "{}", address)
        for address, methods in document["paths"].items()
        for operation in methods.values()
        if "security" in operation
    }
    source = inspect.getsource(module)
    named = {
        re.sub(r"\{quote\([^}]*\)\}", "{}", one) for one in re.findall(r'"(/api/v1/[^"]*)"', source)
    }
    assert named == keyed


def test_a_list_goes_from_end_to_end_though_the_connection_breaks(desk: EmployerDesk) -> None:
    waits: list[float] = []
    line = Line(desk, broken=["after", "before"])
    client = Client("https://verify.example.com", desk.key(), send=line, sleep=waits.append)
    batch = client.start_batch([Row(**desk.good_row()), Row(number="S1", name="王")])
    assert len(line.sent) == 3
    assert [one.id for one in client.batches()] == [batch.id]  # begun once
    patient = Client("https://verify.example.com", client._key, send=line)
    done = patient.wait(batch.id, every_seconds=0.2)
    assert (done.state, done.rows) == ("done", 2)
    results = list(client.results(batch.id))
    assert [one.index for one in results] == [0, 1]
    assert results[0].outcome == "valid"
    assert client.usage().rows_left_today == 998
    client.delete_batch(batch.id)
    with pytest.raises(ApiRefused) as refused:
        client.batch(batch.id)
    assert (refused.value.status, refused.value.code) == (404, "batch_not_found")
    assert waits == [2.0, 4.0]


def test_it_waits_as_it_is_told_and_not_for_ever(desk: EmployerDesk) -> None:
    answers = [("5", 429), ("", 503), ("3600", 429)]
    waits: list[float] = []

    def busy(method: str, url: str, headers: Any, body: bytes | None) -> Answered:
        after, status = answers.pop(0)
        return Answered(status=status, headers={"Retry-After": after}, body=b"")

    client = Client("https://verify.example.com", "yz_x", send=busy, sleep=waits.append)
    with pytest.raises(ApiRefused, match="429"):
        client.usage()
    assert waits == [5.0, 4.0]


def test_a_key_goes_over_https_only_and_is_not_shown() -> None:
    with pytest.raises(ValueError, match="https"):
        Client("http://verify.example.com", "yz_secret")
    assert "yz_secret" not in repr(Client("https://verify.example.com", "yz_secret"))


def test_what_a_key_may_not_do_is_said(desk: EmployerDesk) -> None:
    key = desk.key(7, Scope.USAGE)
    client = Client("https://verify.example.com", key, send=Line(desk))
    with pytest.raises(ApiRefused, match="scope_missing"):
        list(client.batches())
