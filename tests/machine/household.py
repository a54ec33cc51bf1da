"""All rooms together."""

from tests.machine.branches import Branches
from tests.machine.order import Order
from tests.machine.series import Series
from tests.machine.sharing import Sharing


class Household(Sharing, Branches, Order, Series):
    """People who do in any order whatever can be done with lists and what is in them."""
