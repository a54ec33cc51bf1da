"""Content other than JSON: chosen by the client, made while it is sent, or read as text."""

import asyncio
import tempfile
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope

from tests.support.asgi import ask, call
from tests.support.documents import served
from tests.support.keys import Keys, basic
from tests.support.problems import assert_problem
from todo_api.contract import (
    BrokenDocumentError,
    ContractApp,
    FairTurns,
    Limits,
    Problem,
    Reply,
    Stream,
    Text,
    operation,
)
from todo_api.contract.inputs import spool
from todo_api.contract.operation import MOST_ARRIVING, MOST_TO_ARRIVE
from todo_api.contract.outputs.conformance import NonconformingResponseError
from todo_api.contract.outputs.stream import BrokenOffError, Chunks

NOT_WRITABLE = Path("/sys")
"""A directory of Linux in which nobody can make a file, not even root."""
DOCUMENT = """
paths:
  /song:
    get:
      operationId: sing
      security: []
      responses:
        '200':
          description: A song.
          content:
            text/plain: {schema: {type: string}}
            audio/midi: {}
        4XX: {description: No song., content: {application/json: {}}}
    post:
      operationId: learn
      security: [{guest: []}]
      requestBody:
        required: true
        x-max-bytes: 100
        content:
          text/plain:
            schema: {type: string}
            x-item-schema: {type: string, maxLength: 9}
          application/json: {schema: {type: object}}
      responses: {'200': {description: Learnt.}}
components:
  securitySchemes: {guest: {type: http, scheme: basic}}
"""
GUEST = basic("alice", "rabbit")
ANOTHER = basic("dinah", "mouse")
THIRD = basic("mabel", "cake")
PLAIN = ("Content-Type", "text/plain")
SCOPE: Scope = {
    "type": "http",
    "method": "GET",
    "scheme": "http",
    "path": "/song",
    "raw_path": b"/song",
    "query_string": b"",
    "headers": [(b"host", b"localhost")],
}
AUTHENTICATORS = {"guest": Keys(("alice", "rabbit"), ("dinah", "mouse"), ("mabel", "cake"))}


def lines() -> Chunks:
    """Sing three lines."""
    yield b"Row, "
    yield b"row, "
    yield b"row"


def learn(body: Text | dict[str, Any]) -> dict[str, Any]:
    """Say what has arrived."""
    if isinstance(body, dict):
        return body
    items = body.content.decode().splitlines()
    return {body.media_type: [body.items.is_valid(item) for item in items]}


def song(
    chunks: Callable[[], Chunks] = lines,
    parameters: Mapping[str, str] = {},
    **options: Any,  # noqa: ANN401 - those of `served`
) -> Any:  # noqa: ANN401 - a context manager of one
    """Serve a song of these chunks."""

    def sing(media_type: str) -> Reply:
        return Reply(Stream(chunks(), parameters), 200, {"X-Kind": media_type})

    functions: dict[str, Callable[..., Any]] = {"sing": sing, "learn": learn}
    return served(DOCUMENT, functions, authenticators=AUTHENTICATORS, **options)


@pytest.mark.parametrize(
    ("accept", "chosen", "content_type"),
    [
        ("*/*", "text/plain", "text/plain; charset=utf-8"),
        ("audio/*", "audio/midi", "audio/midi"),
        ("text/plain;q=0.5, audio/midi", "audio/midi", "audio/midi"),
        ("text/plain, audio/midi", "text/plain", "text/plain; charset=utf-8"),
    ],
)
def test_the_function_is_told_which_media_type_the_client_prefers(
    accept: str, chosen: str, content_type: str
) -> None:
    with song() as app:
        sent = call(app, "GET", "/song", [("Accept", accept)])
    assert sent.content == b"Row, row, row"
    assert sent.headers["X-Kind"] == chosen
    assert sent.headers["Content-Type"] == content_type


def test_an_undeclared_media_type_is_not_acceptable() -> None:
    with song() as app:
        sent = call(app, "GET", "/song", [("Accept", "application/json")])
    assert_problem(sent, 406)
    assert "text/plain or audio/midi" in sent.json()["detail"]


def test_a_function_must_take_the_media_type_if_there_are_several() -> None:
    functions: dict[str, Callable[..., Any]] = {"sing": lambda: Stream(lines()), "learn": learn}
    with (
        pytest.raises(BrokenDocumentError, match="sing: its function does not take media_type"),
        served(DOCUMENT, functions, authenticators=AUTHENTICATORS),
    ):
        pass


def test_the_content_type_may_have_parameters() -> None:
    with song(parameters={"format": "flowed"}) as app:
        sent = call(app, "GET", "/song")
        assert sent.headers["Content-Type"] == "text/plain; charset=utf-8; format=flowed"
        sent = call(app, "GET", "/song", [("Accept", "audio/midi")])
        assert sent.headers["Content-Type"] == "audio/midi; format=flowed"


def test_a_stream_without_chunks_is_empty() -> None:
    def silence() -> Chunks:
        yield from ()

    with song(silence) as app:
        assert call(app, "GET", "/song").content == b""


def test_head_sends_no_chunk_and_makes_only_the_first() -> None:
    made = []

    def counted() -> Chunks:
        for chunk in lines():
            made.append(chunk)
            yield chunk

    with song(counted) as app:
        sent = call(app, "HEAD", "/song")
    assert (sent.status_code, sent.content) == (200, b"")
    assert made == [b"Row, "]


def test_an_error_before_the_first_chunk_is_answered() -> None:
    def hoarse() -> Chunks:
        yield from ()
        raise Problem(409, "Nobody can sing.")

    with song(hoarse) as app:
        assert_problem(call(app, "GET", "/song"), 409)


def test_an_error_after_it_breaks_off_the_answer_and_is_logged_with_its_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def hoarse() -> Chunks:
        yield b"Row, "
        raise ValueError("a cough")

    with song(hoarse) as app, pytest.raises(BrokenOffError, match="request 7 broke off"):
        call(app, "GET", "/song", [("X-Request-Id", "7")])
    [record] = caplog.records
    assert record.getMessage() == "The answer to request 7 broke off: a cough"
    assert record.exc_info


def test_what_breaks_it_off_has_one_line_if_it_was_foreseen(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def hoarse() -> Chunks:
        yield b"Row, "
        raise Problem(409, "Nobody can sing.")

    with song(hoarse) as app, pytest.raises(BrokenOffError, match="request 7 broke off"):
        call(app, "GET", "/song", [("X-Request-Id", "7")])
    [record] = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert record.getMessage() == (
        "The answer to request 7 broke off, where another one would be 409, conflict."
    )


def test_it_is_broken_off_if_the_credentials_are_nobodys_any_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    guests = Keys(("alice", "rabbit"))

    def sing(media_type: str) -> Reply:
        return Reply(Stream(told()), 200, {"X-Kind": media_type})

    def told() -> Chunks:
        yield b"Row, "
        guests.forget()
        yield b"row, "
        made.append(b"row")
        yield b"row"

    made: list[bytes] = []
    document = DOCUMENT.replace("security: []", "security: [{guest: []}]")
    with (
        served(document, {"sing": sing, "learn": learn}, authenticators={"guest": guests}) as app,
        pytest.raises(BrokenOffError, match="request 7 broke off"),
    ):
        call(app, "GET", "/song", [GUEST, ("X-Request-Id", "7")])
    assert made == []
    assert caplog.messages == [
        "The answer to request 7 broke off, where another one would be 401, unauthorized."
    ]


def test_the_media_type_of_an_answer_must_be_declared(caplog: pytest.LogCaptureFixture) -> None:
    with song(check_responses=True) as app:
        assert call(app, "GET", "/song").status_code == 500
    [record] = caplog.records
    assert record.exc_info
    assert isinstance(record.exc_info[1], NonconformingResponseError)
    assert "x-kind" in str(record.exc_info[1])


def test_a_client_that_disconnects_ends_the_stream() -> None:
    ended = []

    def endless() -> Generator[bytes, None, None]:
        try:
            while True:
                yield b"Row, "
        finally:
            ended.append(True)

    with song(endless) as app:
        sent = asyncio.run(leave_after_two(app))
    assert sent == 2
    assert ended == [True]


async def leave_after_two(app: ContractApp) -> int:
    """Ask for the song, go away after two chunks; return how many came by then."""
    left = asyncio.Event()
    chunks = []

    async def receive() -> Message:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message.get("body") and not left.is_set():
            chunks.append(message["body"])
        if len(chunks) == 2:
            left.set()

    async with asyncio.timeout(30):
        await app(SCOPE, receive, send)
    return len(chunks)


def test_the_function_gets_text_as_it_was_sent() -> None:
    with song() as app:
        sent = call(app, "POST", "/song", [GUEST, PLAIN], "Rów\nGently down".encode())
        assert sent.json() == {"text/plain": [True, False]}
        json = call(app, "POST", "/song", [GUEST, ("Content-Type", "application/json")], b'{"a":1}')
        assert json.json() == {"a": 1}


OF_ANY_LENGTH = ("Transfer-Encoding", "chunked")
SHORT = ("Content-Length", "3")


@pytest.mark.parametrize(
    ("limits", "sender", "length", "statuses"),
    [
        pytest.param(
            Limits(body=50, large_bodies=1), ANOTHER, OF_ANY_LENGTH, [200, 200], id="no place"
        ),
        pytest.param(Limits(body=50), GUEST, OF_ANY_LENGTH, [503, 200], id="one for each sender"),
        pytest.param(Limits(body=50), GUEST, SHORT, [200, 200], id="a short body is no matter"),
        pytest.param(
            Limits(body=50, spooled=8), ANOTHER, OF_ANY_LENGTH, [200, 200], id="there is room"
        ),
        pytest.param(Limits(body=50, spooled=7), ANOTHER, OF_ANY_LENGTH, [503, 503], id="no room"),
    ],
)
def test_a_large_body_that_trickles_takes_nothing_but_room(
    limits: Limits, sender: tuple[str, str], length: tuple[str, str], statuses: list[int]
) -> None:
    with song(limits=limits) as app:
        assert asyncio.run(learn_two(app, sender, length)) == statuses
        assert call(app, "POST", "/song", [GUEST, PLAIN], b"Row").status_code == 200


async def learn_two(
    app: ContractApp, sender: tuple[str, str], length: tuple[str, str]
) -> list[int]:
    """Send a song while the guest's is half there, then its other half; return both statuses."""
    begun, other_half = asyncio.Event(), asyncio.Event()

    async def receive_slowly() -> Message:
        if begun.is_set():
            await other_half.wait()
            return {"type": "http.request", "body": b"row"}
        begun.set()
        return {"type": "http.request", "body": b"Row, ", "more_body": True}

    async def receive() -> Message:
        return {"type": "http.request", "body": b"Row"}

    async def learn(receive: Receive, *headers: tuple[str, str]) -> int:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        all_headers = [("Host", "localhost"), PLAIN, *headers]
        fields = [(name.lower().encode(), value.encode()) for name, value in all_headers]
        await app({**SCOPE, "method": "POST", "headers": fields}, receive, send)
        status: int = sent[0]["status"]
        return status

    async with asyncio.timeout(30):
        first = asyncio.create_task(learn(receive_slowly, GUEST, OF_ANY_LENGTH))
        await begun.wait()
        statuses = [await learn(receive, sender, length)]
        other_half.set()
        return [*statuses, await first]


def test_few_bodies_of_one_sender_are_held_while_they_arrive() -> None:
    """So they are where a body of 4 KiB or of unknown length is none of the large ones."""
    begun: list[str] = []
    rest = asyncio.Event()

    async def learn(app: ContractApp, sender: tuple[str, str]) -> int:
        async def receive() -> Message:
            if not rest.is_set():
                begun.append(sender[1])
                await rest.wait()
            return {"type": "http.request", "body": b"Row"}

        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        fields = [("Host", "localhost"), PLAIN, sender, OF_ANY_LENGTH]
        headers = [(name.lower().encode(), value.encode()) for name, value in fields]
        await app({**SCOPE, "method": "POST", "headers": headers}, receive, send)
        status: int = sent[0]["status"]
        return status

    async def story(app: ContractApp) -> list[int]:
        async with asyncio.timeout(30):
            of_one = [
                asyncio.create_task(learn(app, GUEST))
                for _ in range(MOST_ARRIVING + MOST_TO_ARRIVE + 1)
            ]
            await asyncio.wait(of_one, return_when=asyncio.FIRST_COMPLETED)
            of_another = asyncio.create_task(learn(app, ANOTHER))
            await asyncio.sleep(0.2)
            assert begun.count(GUEST[1]) == MOST_ARRIVING
            assert begun.count(ANOTHER[1]) == 1
            rest.set()
            return [*await asyncio.gather(*of_one), await of_another]

    with song(limits=Limits(body=1000), threads=32) as app:
        statuses = asyncio.run(story(app))
    assert statuses.count(200) == MOST_ARRIVING + MOST_TO_ARRIVE + 1
    assert statuses.count(503) == 1


def test_a_body_whose_turn_does_not_come_is_refused_as_an_overload(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(operation, "PATIENCE", 0.1)
    over = asyncio.Event()

    async def learn(app: ContractApp) -> Message:
        async def receive() -> Message:
            await over.wait()
            return {"type": "http.request", "body": b"Row"}

        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        fields = [("Host", "localhost"), PLAIN, GUEST, OF_ANY_LENGTH]
        headers = [(name.lower().encode(), value.encode()) for name, value in fields]
        await app({**SCOPE, "method": "POST", "headers": headers}, receive, send)
        return sent[0]

    async def story(app: ContractApp) -> tuple[list[Message], list[Message]]:
        async with asyncio.timeout(60):
            asking = [asyncio.create_task(learn(app)) for _ in range(MOST_ARRIVING + 2)]
            while sum(one.done() for one in asking) < 2:
                await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED, timeout=0.1)
            refused = [one.result() for one in asking if one.done()]
            over.set()
            return refused, [await one for one in asking]

    with song(limits=Limits(body=1000), threads=32) as app:
        refused, answered = asyncio.run(story(app))
    assert [answer["status"] for answer in refused] == [503, 503]
    assert all(b"retry-after" in dict(answer["headers"]) for answer in refused)
    assert sorted(answer["status"] for answer in answered) == [200] * MOST_ARRIVING + [503] * 2


def test_a_large_body_that_trickles_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "NEW_SECONDS", 0.0)
    with song(limits=Limits(body=50, spooled=7)) as app:
        assert asyncio.run(learn_two(app, ANOTHER, OF_ANY_LENGTH)) == [200, 503]
        assert call(app, "POST", "/song", [GUEST, PLAIN], b"Row").status_code == 200


@pytest.mark.skipif(not NOT_WRITABLE.is_dir(), reason="Linux has such a directory")
def test_a_large_body_that_cannot_be_kept_is_refused_and_the_log_tells_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(NOT_WRITABLE))
    with song(limits=Limits(body=50)) as app:
        answer = call(app, "POST", "/song", [GUEST, PLAIN], b"Row", b"")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    [line] = caplog.messages
    assert line.startswith(
        "A large body cannot be kept in the folder for temporary files (TMPDIR): "
    )


def test_large_bodies_are_worked_on_in_turns_of_the_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_turns: list[FairTurns] = []

    class Noted(FairTurns):
        def __init__(self, at_once: int, **options: Any) -> None:  # noqa: ANN401 - its own
            super().__init__(at_once, **options)
            all_turns.append(self)

    monkeypatch.setattr(operation, "FairTurns", Noted)
    order: list[str] = []
    go_on = Semaphore(0)

    def learn(body: Text | dict[str, Any]) -> dict[str, Any]:
        assert isinstance(body, Text)
        order.append(body.content.decode())
        assert go_on.acquire(timeout=60)
        return {}

    async def story(app: ContractApp) -> list[int]:
        senders = [
            (GUEST, "192.0.2.1", b"first"),
            (ANOTHER, "192.0.2.1", b"second"),
            (THIRD, "192.0.2.2", b"third"),
        ]
        tasks = []
        for number, (sender, address, body) in enumerate(senders):
            asking = ask(app, "POST", "/song", [sender, PLAIN], body, b"", client=address)
            tasks.append(asyncio.create_task(asking))
            while len(order) + sum(turns.waiting for turns in all_turns) <= number:  # noqa: ASYNC110 - nobody tells that somebody waits
                await asyncio.sleep(0.01)
        for _ in senders:
            go_on.release()
        return [answer.status_code for answer in await asyncio.gather(*tasks)]

    with served(
        DOCUMENT,
        {"sing": lambda **_: Stream(lines()), "learn": learn},
        authenticators=AUTHENTICATORS,
        limits=Limits(body=50, large_bodies=1),
        threads=4,
    ) as app:
        assert asyncio.run(asyncio.wait_for(story(app), 60)) == [200, 200, 200]
    assert order == ["first", "third", "second"]


def test_of_large_bodies_those_from_one_address_give_way() -> None:
    async def learn_three(app: ContractApp) -> list[int]:
        begun, others = asyncio.Semaphore(0), asyncio.Event()

        async def learn(sender: tuple[str, str], address: str) -> int:
            parts = [b"", b"Row, "]

            async def receive() -> Message:
                if len(parts) == 1:
                    begun.release()
                    await others.wait()
                return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts)}

            sent: list[Message] = []

            async def send(message: Message) -> None:
                sent.append(message)

            fields = [("Host", "localhost"), PLAIN, sender, OF_ANY_LENGTH]
            headers = [(name.lower().encode(), value.encode()) for name, value in fields]
            scope = {**SCOPE, "method": "POST", "headers": headers, "client": (address, 1)}
            await app(scope, receive, send)
            status: int = sent[0]["status"]
            return status

        async with asyncio.timeout(30):
            senders = [(GUEST, "192.0.2.1"), (ANOTHER, "192.0.2.1"), (THIRD, "192.0.2.2")]
            learning = []
            for sender, address in senders:
                learning.append(asyncio.create_task(learn(sender, address)))
                await asyncio.wait(
                    [asyncio.create_task(begun.acquire()), learning[-1]],
                    return_when=asyncio.FIRST_COMPLETED,
                )
            others.set()
            return await asyncio.gather(*learning)

    with song(limits=Limits(body=50, spooled=13)) as app:
        first, second, third = asyncio.run(learn_three(app))
    assert (first, second) == (200, 503)
    assert third == 200


def test_a_large_body_has_a_deadline() -> None:
    chunks = [b"Row, "]

    async def receive() -> Message:
        if not chunks:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": chunks.pop(), "more_body": True}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    fields = [
        (name.lower().encode(), value.encode())
        for name, value in [("Host", "localhost"), PLAIN, GUEST, OF_ANY_LENGTH]
    ]
    with song(limits=Limits(body=50, large_body_seconds=0)) as app:
        asyncio.run(app({**SCOPE, "method": "POST", "headers": fields}, receive, send))
    assert sent[0]["status"] == 408
    assert b"The body has not arrived within 0 seconds." in sent[1]["body"]
    assert (b"connection", b"close") in [(n.lower(), v) for n, v in sent[0]["headers"]]


def test_text_must_be_utf_8() -> None:
    with song() as app:
        sent = call(app, "POST", "/song", [GUEST, PLAIN], b"R\xf3w")
    assert_problem(sent, 400)
    assert sent.json()["detail"] == "The body is not UTF-8 at byte 2."


@pytest.mark.parametrize(
    ("credentials", "body_limit", "statuses"),
    [
        (basic("alice", "wrong"), 50, (401, 401)),
        (basic("alice", "wrong"), 100, (401, 401)),
        (GUEST, 50, (200, 413)),
    ],
)
def test_a_large_body_is_not_read_from_a_stranger(
    credentials: tuple[str, str], body_limit: int, statuses: tuple[int, int]
) -> None:
    with song(limits=Limits(body=body_limit)) as app:
        fits = call(app, "POST", "/song", [credentials, PLAIN], b"x" * 50, b"x" * 50)
        does_not = call(app, "POST", "/song", [credentials, PLAIN], b"x" * 50, b"x" * 51)
    assert (fits.status_code, does_not.status_code) == statuses
