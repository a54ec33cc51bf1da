"""All rooms together."""

from tests.machine.branches import Branches
from tests.machine.order import Order
from tests.machine.relocation import Relocation
from tests.machine.series import Series
from tests.machine.sharing import Sharing


class Household(Sharing, Branches, Order, Series, Relocation):
    """People who do in any order whatever can be done with lists and what is in them."""
