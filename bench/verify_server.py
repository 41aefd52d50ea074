"""What look-ups are measured against: one gunicorn with the product and two routes beside it.

`python -m bench.verify_server HOME PORT` serves the public site of a home as `yanzhen serve` does,
by one worker, and in the same process `/bench/empty`, a Flask route that answers a small JSON
object, and `/bench/select`, which reads one row of the register for it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from flask import Flask, request
from gunicorn.app.base import BaseApplication
from sqlalchemy import text
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from registry.home import Home
from registry.session import open_engine
from verifier.server_log import ServerLog
from wsgi import create_public_app

_SELECT = text("SELECT status FROM awards WHERE number = :number")


def bare_app(home: Home) -> Flask:
    """Return a Flask application with nothing in it but the two routes."""
    app = Flask("bare", static_folder=None)
    engine = open_engine(home.database_url, read_only=True)

    @app.post("/empty")
    def empty() -> dict[str, str]:
        request.get_json()
        return {"status": "current"}

    @app.post("/select")
    def select() -> dict[str, str]:
        with engine.connect() as connection:
            found = connection.execute(_SELECT, {"number": request.get_json()["number"]})
            return {"status": found.scalar_one()}

    return app


class _Server(BaseApplication):
    def __init__(self, home: Home, port: int) -> None:
        self._home = home
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"127.0.0.1:{self._port}")
        self.cfg.set("workers", 1)
        self.cfg.set("control_socket_disable", True)
        self.cfg.set("logger_class", ServerLog)
        self.cfg.set("loglevel", "error")

    def load(self) -> Any:
        return DispatcherMiddleware(create_public_app(self._home), {"/bench": bare_app(self._home)})


if __name__ == "__main__":
    path, port = sys.argv[1:]
    _Server(Home.open(Path(path)), int(port)).run()
