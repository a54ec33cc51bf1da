"""How often something may be tried: counted in this process, or in a Redis that processes share.

- `addresses` groups clients: an IPv6 network counts as one.
- `windows` counts how often something happened in stretches of time.
- `memory` keeps the counters of one process, `shared` those of several.
- `logins` slows down whoever guesses passwords.
- `choices` bounds how often passwords are chosen, which is dear.
- `rates` bounds the requests of a user and of an address, if the settings say so.
"""

from todo_api.throttling.addresses import site_of
from todo_api.throttling.choices import ChoiceThrottle, TooManyChoicesError
from todo_api.throttling.logins import LoginThrottle, ThrottledError
from todo_api.throttling.rates import RateLimits
from todo_api.throttling.shared import CountersUnusableError, SharedCounters, counters_at
from todo_api.throttling.windows import Counters, Window, read_window

__all__ = [
    "ChoiceThrottle",
    "Counters",
    "CountersUnusableError",
    "LoginThrottle",
    "RateLimits",
    "SharedCounters",
    "ThrottledError",
    "TooManyChoicesError",
    "Window",
    "counters_at",
    "read_window",
    "site_of",
]
