"""The published JSON bodies over HTTP: refused where they must be, never a 5xx."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.vectors.cases import published_folder
from tests.verifier.world import World
from verifier.api.problems import PROBLEM_TYPE
from verifier.api.views import blueprint


@pytest.fixture
def bodies() -> list[Path]:
    """The published files; without them the test names what did not run."""
    return sorted(published_folder("json/test_parsing").glob("*.json"))


@pytest.mark.parametrize("address", ["/api/v1/verify", "/api/v1/verify/qr"])
def test_published_bodies_are_answered_as_they_should(
    world: World, bodies: list[Path], address: str
) -> None:
    app = Flask("test")
    app.extensions["yanzhen_verifier"] = world.verifier()
    app.register_blueprint(blueprint)
    client = app.test_client()
    assert len(bodies) > 300
    for path in bodies:
        response = client.post(address, data=path.read_bytes(), content_type="application/json")
        assert response.status_code < 500, path.name
        if path.name.startswith("n_"):
            assert response.status_code == 400, path.name
            assert response.mimetype == PROBLEM_TYPE, path.name
            problem = response.get_json()
            assert problem["code"] == "json_invalid", path.name
            assert ":" in problem["detail_en"], path.name
        if path.name.startswith("y_"):
            assert response.status_code in (200, 400), path.name
            if "duplicated" not in path.name:
                assert response.get_json().get("code") != "json_invalid", path.name
