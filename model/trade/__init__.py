"""Trade in use rights after a plan is issued (A2): offers, a uniform price, entries with money."""

from dualcontrol.model.trade.clearing import Clearing, Order, clear
from dualcontrol.model.trade.issued import Issued, read_issued
from dualcontrol.model.trade.offers import Offer, Offers, offers
from dualcontrol.model.trade.settlement import Deal, Trade, hold

__all__ = [
    "Clearing",
    "Deal",
    "Issued",
    "Offer",
    "Offers",
    "Order",
    "Trade",
    "clear",
    "hold",
    "offers",
    "read_issued",
]
