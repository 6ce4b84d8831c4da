"""A stand-in for Twelve Data: its REST addresses, credits, errors and socket, with switches for every fault.

`with StandIn() as server:` runs it in a thread; `python -m tests.standins.twelvedata --port 9000` by itself.
The vendor's own client runs against it (tests/integration/adapters/test_twelvedata_client.py), which keeps it
honest.
"""

from tests.standins.twelvedata.faults import Fault, FaultKind
from tests.standins.twelvedata.market import LISTINGS, Market
from tests.standins.twelvedata.server import KEY, StandIn
from tests.standins.twelvedata.stream import StreamTerms

__all__ = ["KEY", "LISTINGS", "Fault", "FaultKind", "Market", "StandIn", "StreamTerms"]
