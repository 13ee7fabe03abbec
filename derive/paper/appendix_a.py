"""Records of this section."""

from __future__ import annotations

from derive.paper.record import Record

RECORDS: tuple[Record, ...] = ()
