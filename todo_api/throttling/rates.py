"""How many requests a user and an address may send, if the settings bound them.

Every answer tells how much is left (draft-ietf-httpapi-ratelimit-headers-10). OPTIONS and 304 cost
nothing.
"""

from collections.abc import MutableMapping
from contextvars import ContextVar

from starlette.types import Message, Send

from todo_api.contract import Caller, Problem, Request
from todo_api.monitoring import record
from todo_api.throttling.addresses import bucket_of
from todo_api.throttling.windows import Counters, Window, count_in, seconds_left

_NOT_MODIFIED = 304


class RateLimits:
    """Counts requests by address and by user, and refuses those beyond a limit."""

    def __init__(
        self, counters: Counters, *, of_user: Window | None, of_address: Window | None
    ) -> None:
        """Take where is counted, and the limits; None is no limit."""
        self._counters = counters
        self._of_user = of_user
        self._of_address = of_address

    def reporting(self, request: Request, send: Send) -> Send:
        """Return how to send the request's answer, with what is left in its headers."""
        if request.method == "OPTIONS":
            _REQUEST.set(None)
            return send
        quotas: _Quotas = {}
        _REQUEST.set((request.caller, quotas))

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == _NOT_MODIFIED:
                    await self._give_back(quotas)
                message["headers"] = [*message["headers"], *_fields(quotas)]
            await send(message)

        return send_with_limits

    async def admit(self, request: Request) -> None:
        """Count a request for its address. Raises a `Problem` beyond the limit."""
        if self._of_address is not None:
            await self._count("address", self._of_address, bucket_of(request.client))

    async def admit_user(self, user_id: int) -> None:
        """Count a request for its user. Raises a `Problem` beyond the limit."""
        if self._of_user is not None:
            await self._count("user", self._of_user, str(user_id))

    async def _count(self, policy: str, window: Window, name: str) -> None:
        counted = _REQUEST.get()
        if counted is None:
            return
        caller, quotas = counted
        count = await count_in(self._counters, window, policy, name)
        seconds = await seconds_left(self._counters, window, policy, name)
        quotas[policy] = window, name, max(0, window.most - count), seconds
        if count > window.most:
            record("request", caller, "refused", reason=f"more than the {policy}'s limit")
            raise Problem(
                429,
                f"This is more than {window.most:,} requests in {window.seconds:,} seconds:"
                f" wait for {seconds:,} seconds.",
                headers={"Retry-After": str(seconds)},
            )

    async def _give_back(self, quotas: "_Quotas") -> None:
        for policy, (window, name, left, seconds) in quotas.items():
            await count_in(self._counters, window, policy, name, amount=-1)
            quotas[policy] = window, name, min(left + 1, window.most), seconds


_Quotas = MutableMapping[str, tuple[Window, str, int, int]]
"""By policy: its window, whom it counts, how many requests are left, and for how many seconds."""

_REQUEST: ContextVar[tuple[Caller, _Quotas] | None] = ContextVar("_REQUEST", default=None)
"""What the request that is being answered counts for; None if it costs nothing."""


def _fields(quotas: _Quotas) -> list[tuple[bytes, bytes]]:
    """Return the header fields: structured fields (RFC 9651), a list with parameters each."""
    if not quotas:
        return []
    policies, left = [], []
    for policy, (window, _, remaining, seconds) in quotas.items():
        policies.append(f'"{policy}";q={window.most};w={window.seconds}')
        left.append(f'"{policy}";r={remaining};t={seconds}')
    return [
        (b"ratelimit-policy", ", ".join(policies).encode()),
        (b"ratelimit", ", ".join(left).encode()),
    ]
