"""Safe retries: what is asked for twice under one ``Idempotency-Key`` is done once.

As the IETF's draft has it (draft-ietf-httpapi-idempotency-key-header), and with its statuses. The
answer is remembered in the transaction that did the work: either both are there or neither is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2b
from threading import Lock

import orjson
from sqlalchemy import Connection

from todo_api import times
from todo_api.contract import Problem, Reply
from todo_api.storage import AnswerRow, Database, insert_answer, select_answer, try_lock_key

KEPT = timedelta(hours=24)
"""How long a key is remembered."""
RETRY_AFTER = "1"
"""Seconds after which the answer to a request that is still running may be there."""


class Once:
    """Does in a transaction what is asked for, once for each of a user's keys."""

    def __init__(self, database: Database) -> None:
        """Begin with no request running."""
        self._database = database
        self._running: set[tuple[int, str]] = set()
        self._guard = Lock()

    def __call__(
        self, key: str | None, user_id: int, asked: object, act: Callable[[Connection], Reply]
    ) -> Reply:
        """Return what ``act`` answers, or what it answered when the key came first.

        ``asked`` is the operation and its content, as JSON. What ``act`` raises undoes all that it
        did, and leaves the key as if it had never come.

        Raises:
            Problem: 409 while a request with this key is running, 422 if it was for something
                else.

        """
        if key is None:
            with self._database.transaction() as db:
                return act(db)
        fingerprint, expiry = fingerprint_of(asked), times.ago(KEPT)
        with self._alone(user_id, key), self._database.transaction() as db:
            if not try_lock_key(db, user_id, key):
                raise _still_running()  # in another process
            known = select_answer(db, user_id, key, expiry=expiry)
            if known is not None:
                return replay(known, fingerprint)
            reply = act(db)
            body = orjson.dumps(reply.body).decode()
            answer = AnswerRow(fingerprint, reply.status, dict(reply.headers), body)
            insert_answer(db, user_id, key, answer, now=times.now(), expiry=expiry)
            return reply

    @contextmanager
    def _alone(self, user_id: int, key: str) -> Iterator[None]:
        """Let no other request of this process run under the same key."""
        with self._guard:
            if (user_id, key) in self._running:
                raise _still_running()
            self._running.add((user_id, key))
        try:
            yield
        finally:
            self._running.remove((user_id, key))


def replay(known: AnswerRow, fingerprint: str) -> Reply:
    """Give the answer of an earlier time; raise `Problem` 422 if that was to something else."""
    if known.fingerprint != fingerprint:
        sentence = "This Idempotency-Key was used for another request: use one that is new."
        raise Problem(422, sentence)
    headers = {**known.headers, "Idempotency-Replayed": "true"}
    return Reply(orjson.loads(known.body), known.status, headers)


def _still_running() -> Problem:
    sentence = "A request with this Idempotency-Key is still running: ask again later."
    return Problem(409, sentence, headers={"Retry-After": RETRY_AFTER})


def fingerprint_of(asked: object) -> str:
    """Return the same for the same content, however its JSON was written."""
    text = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=32).hexdigest()
