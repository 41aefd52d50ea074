"""What both sides of the reading of files hold to, kept apart so that the public process never
loads the readers themselves: only the child process does.
"""

from __future__ import annotations

MAX_PAGES = 10
