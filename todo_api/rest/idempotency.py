"""Safe retries: requests with the same ``Idempotency-Key`` do their work once.

This follows the IETF's draft-ietf-httpapi-idempotency-key-header, with its statuses. The answer is
stored in the transaction that does the work, so that both are committed or neither is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2b
from threading import Lock

import orjson

from todo_api import times
from todo_api.contract import Problem, Reply
from todo_api.storage import (
    UNLIMITED,
    AnswerRow,
    Connection,
    Database,
    Quotas,
    insert_answer,
    select_answer,
    try_lock_key,
)

KEPT = timedelta(hours=24)
"""How long a key and its answer are kept."""
RETRY_AFTER = "1"
"""Seconds after which to ask again for the answer of a request that is still running."""


class Once:
    """Transactions that run at most once for each of a user's keys.

    A function asks for one by a call: ``once(key, user_id, asked, act)``.
    """

    def __init__(self, database: Database, quotas: Quotas = UNLIMITED) -> None:
        """Use this database for the work and for the answers."""
        self.database = database
        self._quotas = quotas
        self._running: set[tuple[int, str]] = set()
        self._guard = Lock()

    def __call__(
        self,
        key: str | None,
        user_id: int,
        asked: object,
        act: Callable[[Connection], Reply],
        *,
        admit: Callable[[Connection], object] = lambda _: None,
    ) -> Reply:
        """Return the reply of ``act``, or the one that it gave when the key first came.

        ``asked`` is the operation with its content, as JSON. If ``act`` raises an exception, its
        work is rolled back and the key counts as unused.

        ``admit`` looks whether the user may still have the answer, before it is given again: it
        raises what ``act`` would, or returns the reply to give instead.

        Raises:
            Problem: 409 while a request with this key is running, 422 if the key belongs to a
                different request.
            QuotaMetError: if the user has as many keys, or answers, as may be kept.

        """
        if key is None:
            with self.database.transaction() as db:
                return act(db)
        fingerprint, expiry = fingerprint_of(asked), times.ago(KEPT)
        with self._alone(user_id, key), self.database.transaction() as db:
            if not try_lock_key(db, user_id, key):
                raise _still_running()  # in another process
            known = select_answer(db, user_id, key, expiry=expiry)
            if known is not None:
                reply = replay(known, fingerprint)
                instead = admit(db)
                return instead if isinstance(instead, Reply) else reply
            reply = act(db)
            body = orjson.dumps(reply.body).decode()
            answer = AnswerRow(fingerprint, reply.status, dict(reply.headers), body)
            insert_answer(
                db, user_id, key, answer, now=times.now(), expiry=expiry, quotas=self._quotas
            )
            return reply

    @contextmanager
    def _alone(self, user_id: int, key: str) -> Iterator[None]:
        """Keep other requests of this process from running under the same key at the same time."""
        with self._guard:
            if (user_id, key) in self._running:
                raise _still_running()
            self._running.add((user_id, key))
        try:
            yield
        finally:
            self._running.remove((user_id, key))


def replay(known: AnswerRow, fingerprint: str) -> Reply:
    """Return a stored answer; raise `Problem` 422 if it belongs to a different request."""
    if known.fingerprint != fingerprint:
        sentence = "This Idempotency-Key was used for another request: use one that is new."
        raise Problem(422, sentence, code="key_reused")
    headers = {**known.headers, "Idempotency-Replayed": "true"}
    return Reply(orjson.loads(known.body), known.status, headers)


def _still_running() -> Problem:
    sentence = "A request with this Idempotency-Key is still running: ask again later."
    return Problem(409, sentence, code="still_running", headers={"Retry-After": RETRY_AFTER})


def fingerprint_of(asked: object) -> str:
    """Return a digest of the content that does not depend on how its JSON was written."""
    text = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=32).hexdigest()
