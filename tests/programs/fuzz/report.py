"""What a run of Schemathesis really did, read from its report of events."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.programs.fuzz.users import USERS

PHASES = ("examples", "coverage", "fuzzing")
"""The phases that cover all operations; the fourth one, stateful, follows the links."""


class Sent(NamedTuple):
    """A request and the status of its answer."""

    phase: str
    operation: str
    link: str | None
    authorization: str | None
    status: int

    @property
    def scheme(self) -> str:
        """The scheme of the credentials, such as ``basic``."""
        return (self.authorization or "").partition(" ")[0].lower()


class Report:
    """The requests of a run."""

    def __init__(self, events: Path) -> None:
        """Read the run's NDJSON report."""
        scenarios = list(_scenarios(events))
        self.scenarios = sum(scenario["phase"] == "stateful" for scenario in scenarios)
        self.sent = [sent for scenario in scenarios for sent in _sent(scenario)]

    @property
    def statuses(self) -> dict[str, Counter[int]]:
        """How often each operation was answered with each status."""
        statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for sent in self.sent:
            statuses[sent.operation][sent.status] += 1
        return dict(sorted(statuses.items()))

    @property
    def links(self) -> Counter[str]:
        """How often each of the document's links led to an answer of success."""
        return Counter(sent.link for sent in self._successes() if sent.link)

    def gaps(
        self, operations: Mapping[str, set[str]], linked: set[str], scenarios: int
    ) -> list[str]:
        """Return a sentence for each thing that was not tested, although nothing failed.

        Args:
            operations: all of the document, as ``GET /tasks``, with their schemes of security.
            linked: those of them that links lead to.
            scenarios: how many Hypothesis was asked for.

        """
        successes = {(sent.phase, sent.operation) for sent in self._successes()}
        gaps = [
            f"{operation} never succeeded in the phase {phase}."
            for phase in PHASES
            for operation in sorted(operations)
            if (phase, operation) not in successes
        ]
        used = {(sent.operation, sent.scheme) for sent in self._successes()}
        gaps += [
            f"{operation} never succeeded with {scheme} credentials."
            for operation, schemes in sorted(operations.items())
            for scheme in sorted(schemes)
            if (operation, scheme) not in used
        ]
        missed = linked - {sent.operation for sent in self._successes() if sent.link}
        # Chance misses some, and more where Hypothesis ends the phase early.
        if 3 * len(missed) > 2 * len(linked):
            gaps.append(f"Links have hardly led anywhere, not to {', '.join(sorted(missed))}.")
        # Hypothesis ends the phase where a scenario that it replays goes another way than before,
        # as one may that time decides. Early on, nothing would have been tested.
        if 3 * self.scenarios < scenarios:
            gaps.append(f"Hypothesis gave up after {self.scenarios} of {scenarios} scenarios.")
        return gaps

    @property
    def has_stranger(self) -> bool:
        """Whether anything of one user was ever asked for as the other."""
        return any(sent.authorization == USERS["stranger"].authorization for sent in self.sent)

    def __str__(self) -> str:
        width = max(map(len, self.statuses), default=0)
        lines = [
            f"{operation:{width}}  "
            + "  ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
            for operation, counts in self.statuses.items()
        ]
        lines.append(f"{len(self.sent)} requests, {self.scenarios} scenarios along the links:")
        lines += [f"{count:5}  {link}" for link, count in sorted(self.links.items())]
        return "\n".join(lines)

    def _successes(self) -> Iterator[Sent]:
        return (sent for sent in self.sent if 200 <= sent.status < 300)


def _scenarios(events: Path) -> Iterator[dict[str, Any]]:
    """Yield the record of each scenario; in most phases that is one operation's."""
    with events.open(encoding="utf-8") as lines:
        for line in lines:
            scenario = json.loads(line).get("ScenarioFinished")
            if scenario:
                yield scenario


def _sent(scenario: dict[str, Any]) -> Iterator[Sent]:
    """Yield the requests of a scenario, including those that checks sent."""
    recorder = scenario["recorder"]
    for name, interaction in recorder.get("interactions", {}).items():
        case = recorder["cases"][name]
        followed = case.get("is_transition_applied") and not case["transition"]["is_inferred"]
        if interaction["response"] is not None:
            yield Sent(
                phase=scenario["phase"],
                operation=f"{case['value']['method']} {case['value']['path']}",
                link=case["transition"]["id"] if followed else None,
                authorization=interaction["request"]["headers"].get("Authorization", [None])[0],
                status=interaction["response"]["status_code"],
            )
