"""How large a list to check may be, whoever hands it in."""

from __future__ import annotations

MAX_BULK_ROWS = 10_000
MAX_BULK_BYTES = 10 << 20
MAX_CELL_CHARACTERS = 200  # of a column that is asked about
MAX_KEPT_CHARACTERS = 32_767  # of any other: more does not go into a cell of a workbook
BULK_READ_SECONDS = 30.0
BULK_READ_MEMORY_BYTES = 512 << 20
BULK_ANSWER_BYTES = 64 << 20
