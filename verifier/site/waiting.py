"""The page between a question and its answer once a budget of failed look-ups is spent.

A browser with scripts solves the puzzle and goes on by itself; one without shows how long to wait
before the button is pressed. Nobody is refused, and no worker waits.
"""

from __future__ import annotations

from flask import make_response, render_template
from werkzeug.wrappers import Response

from verifier.budgets_gate import Demand
from verifier.site.pages import Repeat


def waiting_page(demand: Demand, repeat: Repeat) -> Response:
    """Return the page that asks the same question again, with what it costs.

    Args:
        repeat: how to ask the same again.
    """
    page = render_template("waiting.html", demand=demand, repeat=repeat)
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(demand.wait_seconds)
    return response
