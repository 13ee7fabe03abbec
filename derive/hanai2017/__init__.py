"""The paper, equation by equation: what each numbered equation claims, and how it is known.

Hanai, Littlewood, Ohashi, Phys. Rev. B 96, 125206 (2017): (1)-(76), (A1)-(A9), (B1)-(B19),
(C1)-(C10), (D1)-(D11).
"""

from derive.hanai2017.collection import ledger
from derive.records.ledger import Ledger
from derive.records.record import CheckError, Finding, Kind, Record, Status, Step

__all__ = ["CheckError", "Finding", "Kind", "Ledger", "Record", "Status", "Step", "ledger"]
