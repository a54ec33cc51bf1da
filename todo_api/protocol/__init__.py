"""What HTTP adds to plain functions, each thing once.

- `preconditions`: entity tags, and what ``If-Match`` and ``If-None-Match`` make of them.
- `idempotency`: what is asked for twice, done once.
- `cursors`: where the next page of a list begins, sealed.
"""
