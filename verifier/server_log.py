"""What the web server may put into its log: nothing of what a visitor asked."""

from __future__ import annotations

import logging

from gunicorn.config import Config
from gunicorn.glogging import Logger


class ServerLog(Logger):
    """Gunicorn's log without requests: a broken one may hold a name and a certificate number."""

    def setup(self, cfg: Config) -> None:
        """Set the log up as the server is configured, and let every message pass the filter."""
        super().setup(cfg)
        self.error_log.addFilter(without_request)  # a second time it is not added


def without_request(record: logging.LogRecord) -> bool:
    """Shorten a message that repeats a request to its beginning; always True: it is logged."""
    begun = str(record.msg)
    if begun.startswith(_INVALID):
        record.msg, record.args = begun.partition(": ")[0], ()
    elif begun.startswith(_FAILED):
        record.msg, record.args = _FAILED, ()
    return True


_INVALID = "Invalid request from ip="  # then the address, a colon, and what was sent
_FAILED = "Error handling request"  # then its address, query included
