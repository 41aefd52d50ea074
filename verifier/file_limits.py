"""What both sides of the reading of files hold to, kept apart so that the public process never
loads the readers themselves: only the child process does.
"""

from __future__ import annotations

MAX_PAGES = 10
MAX_GLYPHS = 5000  # a page; a certificate has some four hundred, and one with more is not read
MAX_PROOF_BYTES = 32 * 1024  # of the proof of the public log attached to a file
MAX_SECOND_RECORD_BYTES = 4096  # far more than any record has
