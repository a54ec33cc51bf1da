"""Requests a second, CPU, latencies, memory and start-up time of contenders at their peak."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import parity, wrk
from benchmarks.cases import Case
from benchmarks.contenders import Contender
from benchmarks.databases import Databases
from benchmarks.figures import Figures, Load, Loads, load_of
from benchmarks.machine import Placement
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.story import TASKS
from benchmarks.turns import take_turn


class Peak:
    """Contenders who take turns at every case, in every round with new processes and data.

    All run at once, so that turns can be short; those whose turn it is not are idle.
    """

    def __init__(
        self,
        plan: Plan,
        contenders: Sequence[Contender],
        databases: Databases,
        folder: Path,
        placement: Placement = Placement.FREE,
    ) -> None:
        self._plan = plan
        self._contenders = contenders
        self._databases = databases
        self._folder = folder
        self._placement = placement

    def measure(
        self,
        loads: Loads,
        cases: Sequence[Case],
        rounds: int,
        *,
        tasks: int = len(TASKS),
        figures: Figures | None = None,
    ) -> None:
        """Note rates, CPU and latencies; where there are figures for it, memory and start, too.

        Before the first of those rounds all must answer alike. Raises `DifferentError`.
        """
        for number in range(rounds):
            with ExitStack() as stack:
                servers = [
                    (contender, self._start(stack, contender)) for contender in self._contenders
                ]
                if figures is not None:
                    for contender, server in servers:
                        figures.listening.setdefault(contender.name, []).append(server.listening)
                        figures.start.setdefault(contender.name, []).append(server.start)
                        figures.idle.setdefault(contender.name, []).append(server.memory())
                    if number == 0:
                        self._check_parity(servers)
                for case in cases:
                    for contender, server in servers:
                        requests = case.requests(server.port, tasks=tasks)
                        # Each, since what compiles while it runs has compiled another case.
                        self._warm_up(contender, requests, server)
                        load = load_of(loads, contender.name, case)
                        self._take_turn(load, requests, server)
                        say(
                            f"{self._placement.value} {number + 1}/{rounds}  {case.title:<24}"
                            f" {contender.title:<39} {load.rate[-1]:8,.0f}/s"
                            f" {load.cpu[-1]:6,.0f} us  p99 {load.p99[-1]:6.1f} ms"
                        )
                if figures is not None:
                    for contender, server in servers:
                        figures.memory.setdefault(contender.name, []).append(server.memory())

    def _start(self, stack: ExitStack, contender: Contender) -> Server:
        url = stack.enter_context(self._databases.copy_for(contender))
        return stack.enter_context(Server.of(contender, url, self._folder, self._placement))

    def _check_parity(self, servers: Sequence[tuple[Contender, Server]]) -> None:
        for contender, server in servers:
            parity.check(contender, server)
        say("All answer alike.")

    def _warm_up(self, contender: Contender, requests: Sequence[bytes], server: Server) -> None:
        seconds = self._plan.warm_up * contender.warming
        wrk.warm_up(requests, server.port, seconds, self._folder, self._placement)

    def _take_turn(self, load: Load, requests: Sequence[bytes], server: Server) -> None:
        take_turn(server, requests, self._plan.peak, self._folder, self._placement, load)
