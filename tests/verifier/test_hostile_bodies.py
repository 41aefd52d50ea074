"""JSON bodies that no honest client sends: each a 4xx with the code that says why."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.verifier.world import NOW, trusted
from verifier.api.bodies import MAX_JSON_BYTES
from verifier.api.problems import PROBLEM_TYPE
from verifier.api.views import blueprint
from verifier.service import Verifier

_ADDRESS = "/api/v1/verify/qr"
_DEEP = 100_000


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """Of an application that has the API alone."""
    app = Flask("test")
    app.extensions["yanzhen_verifier"] = Verifier(trusted, None, b"p" * 32, lambda: NOW)
    app.register_blueprint(blueprint)
    return app.test_client()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"text": ' + b"[" * _DEEP + b"]" * _DEEP + b"}", "json_invalid"),
        (b"[" * _DEEP, "json_invalid"),
        (b'{"text":' * 20_000, "json_invalid"),
        (b'{"text": ' + b"[" * 40 + b"]" * 40 + b"}", "json_invalid"),
        (b'{"text": "a", "text": "b"}', "json_invalid"),
        (b'{"text": "a", "t\\u0065xt": "b"}', "json_invalid"),
        (b'{"text": NaN}', "json_invalid"),
        (b'{"text": Infinity}', "json_invalid"),
        (b'{"text": -Infinity}', "json_invalid"),
        (b'{"text": 1e999}', "json_invalid"),
        (b'{"text": -1e999}', "json_invalid"),
        (b'{"text": ' + b"9" * 100_000 + b"}", "json_invalid"),
        (b'{"text": 1e308}', "member_not_text"),
        (b'{"text": "\\ud800"}', "json_invalid"),
        (b'{"text": "a", "\\udfff": "b"}', "json_invalid"),
        (b'{"text": "a"} x', "json_invalid"),
        (b'{"text": "a"}{"text": "b"}', "json_invalid"),
        (b'{"text": "a"}\x00', "json_invalid"),
        (b'\xef\xbb\xbf{"text": "a"}', "json_invalid"),
        ('{"text": "a"}'.encode("utf-16"), "json_invalid"),
        ('{"text": "张"}'.encode("gbk"), "json_invalid"),
        (b'{"text": "\xc0\xaf"}', "json_invalid"),
        (b'{"text": "a\nb"}', "json_invalid"),
        (b"{'text': 'a'}", "json_invalid"),
        (b'{"text": "a"} // note', "json_invalid"),
        (b"", "json_invalid"),
        (b"[]", "json_not_object"),
        (b'{"text": ["a"]}', "member_not_text"),
        (b'{"text": "a", "__proto__": "b"}', "member_unknown"),
        (b"{}", "member_missing"),
        (b'{"text": "' + b"a" * MAX_JSON_BYTES + b'"}', "body_too_large"),
    ],
)
def test_a_hostile_body_is_refused_with_its_code(
    client: FlaskClient, body: bytes, code: str
) -> None:
    response = client.post(_ADDRESS, data=body, content_type="application/json")
    assert response.get_json()["code"] == code
    assert response.mimetype == PROBLEM_TYPE
    assert response.status_code == (413 if code == "body_too_large" else 400)


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json5"]
)
def test_a_body_of_another_type_is_refused_unread(client: FlaskClient, content_type: str) -> None:
    response = client.post(_ADDRESS, data=b'{"text": "a"}', content_type=content_type)
    assert (response.status_code, response.get_json()["code"]) == (415, "media_type_unsupported")


def test_a_body_that_says_its_length_wrongly_is_still_measured(client: FlaskClient) -> None:
    """Without a length a server reads to the end of the body: the limit holds there as well."""
    response = client.post(
        _ADDRESS,
        data=b'{"text": "' + b"a" * MAX_JSON_BYTES + b'"}',
        content_type="application/json",
        headers={"Content-Length": ""},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert (response.status_code, response.get_json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "file_missing"),
        (b"--x", "file_missing"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--x--', "file_missing"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 2000 + b"--x--", None),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx', None),
    ],
)
def test_a_broken_upload_is_refused_with_a_code(
    client: FlaskClient, body: bytes, code: str | None
) -> None:
    response = client.post(
        "/api/v1/verify/file", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert 400 <= response.status_code < 500
    assert response.mimetype == PROBLEM_TYPE
    assert code in (None, response.get_json()["code"])
