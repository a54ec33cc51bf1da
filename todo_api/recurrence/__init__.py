"""Recurrence: when a task that repeats is due next.

- `rules` reads the rules, a safe subset of RFC 5545's.
- `days` counts their days.
- `series` makes of a task that has been done the one that follows.
"""

from todo_api.recurrence.rules import Rule, RuleError, read_rule
from todo_api.recurrence.series import COMPLETION, Next, follow, moved

__all__ = ["COMPLETION", "Next", "Rule", "RuleError", "follow", "moved", "read_rule"]
