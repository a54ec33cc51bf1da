"""Requests that cost as much as their size allows, for every operation of the document."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tests.support.contract import DOCUMENT

BODY = 128 * 1024
IMPORT = 4 * 1024 * 1024
URL = 8 * 1024 - 200
HEADERS = 16 * 1024 - 600
JSON = "application/json"
PATCH = "application/merge-patch+json"


class Shape(NamedTuple):
    """A request, as large as it may be."""

    name: str
    headers: Mapping[str, str] = {}
    query: str = ""
    body: bytes | None = None


def operations() -> Iterator[tuple[str, str, str]]:
    """Yield the name, method and path of each operation of the document."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield operation["operationId"], method.upper(), path


def filled(size: int, part: str, *, between: str = "", around: tuple[str, str] = ("", "")) -> str:
    """Repeat a part between two ends as often as there is room for in UTF-8."""
    first, last = around
    room = size - len((first + last).encode())
    many = (room + len(between.encode())) // len((part + between).encode())
    return first + between.join([part] * many) + last


def of_any() -> Iterator[Shape]:
    """Yield what can be sent to any operation: headers and queries, which nobody need read."""
    for name, element in {
        "ranges": "text/plain",
        "weights": "a/b;q=0.5",
        "parameters": 'a/b;c="\\"\\""',
        "commas": ",",
        "quotes": '"',
        "semicolons": ";",
    }.items():
        yield Shape(f"accept {name}", {"Accept": filled(HEADERS, element, between=",")})
        yield Shape(f"short accept {name}", {"Accept": filled(1000, element, between=",")})
    for header in ("If-Match", "If-None-Match"):
        for name, element in {"tags": '"1"', "weak": 'W/"1"', "commas": ",", "quotes": '"'}.items():
            yield Shape(f"{header} {name}", {header: filled(HEADERS, element, between=",")})
        yield Shape(f"{header} digits", {header: filled(HEADERS, "1", around=('"', '"'))})
        yield Shape(f"{header} blanks", {header: filled(HEADERS, " ", around=('"1"', '"1"'))})
    for header in ("Cookie", "Idempotency-Key", "X-Request-Id", "Content-Type", "Host", "Range"):
        yield Shape(f"{header}", {header: filled(HEADERS, "a", around=("a=", ""))})
    yield Shape("cookies", {"Cookie": filled(HEADERS, "a=b", between="; ")})
    long = base64.b64encode(b"m:" + b"x" * (HEADERS * 3 // 4 - 20)).decode()
    yield Shape("credentials", {"Authorization": f"Basic {long}"})
    yield Shape("token", {"Authorization": filled(HEADERS, "x", around=("Bearer ", ""))})
    yield Shape("headers", {f"X-{n}": "x" * 200 for n in range(50)})
    for name, part in {
        "parameters": "a=",
        "nothing": "",
        "equals": "=",
        "escapes": "%61=%61",
        "no escapes": "%",
        "invalid": "%ff",
    }.items():
        yield Shape(f"query of {name}", query=filled(URL, part, between="&"))
    yield Shape("query of names", query="&".join(f"p{n}=" for n in range(900)))


def of_query(path: str, method: str) -> Iterator[Shape]:
    """Yield each query parameter that an operation has: often, long, escaped, and nonsense."""
    item = DOCUMENT["paths"][path]
    stated = [*item.get("parameters", []), *item[method.lower()].get("parameters", [])]
    for reference in stated:
        parameter = DOCUMENT["components"]["parameters"][reference["$ref"].rpartition("/")[2]]
        name = parameter["name"]
        if parameter["in"] == "query":
            yield Shape(f"{name} often", query=filled(URL, f"{name}=a", between="&"))
            for what, part in {
                "letters": "a",
                "digits": "1",
                "marks": "%CC%81",
                "blanks": "+",
                "words": "a+",
                "zeros": "%00",
            }.items():
                yield Shape(f"{name} of {what}", query=filled(URL, part, around=(f"{name}=", "")))
                short = filled(200, part, around=(f"{name}=", ""))
                yield Shape(f"{name} of some {what}", query=short)


def of_json(member: str, media_type: str = JSON, *, size: int = BODY) -> Iterator[Shape]:
    """Yield bodies of JSON, as values of a member and as whole bodies."""
    head = {"Content-Type": media_type}
    values = {
        "deep arrays": filled(size - 99, "["),
        "closed deep arrays": "[" * (size // 2 - 99) + "]" * (size // 2 - 99),
        "deep objects": filled(size - 99, '{"a":'),
        "brackets in a string": filled(size - 99, "[{", around=('"', '"')),
        "numbers": filled(size - 99, "1", between=",", around=("[", "]")),
        "objects": filled(size - 99, "{}", between=",", around=("[", "]")),
        "lists": filled(size - 99, "[1]", between=",", around=("[", "]")),
        "a long number": filled(size - 99, "1"),
        "a long fraction": filled(size - 99, "1", around=("0.", "")),
        "exponents": filled(size - 99, "1e9", between=",", around=("[", "]")),
        "a long text": filled(size - 99, "a", around=('"', '"')),
        "escapes": filled(size - 99, "\\u0041", around=('"', '"')),
        "pairs": filled(size - 99, "\\ud83d\\ude00", around=('"', '"')),
        "quotes": filled(size - 99, '\\"', around=('"', '"')),
        "an open text": filled(size - 99, "\\\\", around=('"', "")),
        "zeros": filled(size - 99, "\\u0000", around=('"', '"')),
        "blanks": filled(size - 99, " ", around=('"a', 'a"')),
        "marks": filled(size - 99, "\u0301", around=('"a', '"')),
        "marks in disorder": '"a' + "\u0301" * 5000 + "\u0323" * 4990 + '"',
        "a long decomposition": filled(size - 99, "\ufdfa", around=('"', '"')),
        "texts": filled(size - 99, '"a"', between=",", around=("[", "]")),
        "letters": json.dumps([chr(0x4E00 + n) for n in range(9000)], ensure_ascii=False),
        "names": "{" + ",".join(f'"n{n}":1' for n in range(9000)) + "}",
        "one name": filled(size - 99, '"a":1', between=",", around=("{", "}")),
        "a long name": filled(size - 99, "a", around=('{"', '":1}')),
        "names with slashes": "{" + ",".join(f'"{"~/" * 20}{n}":1' for n in range(2400)) + "}",
    }
    for name, value in values.items():
        for what, text in {
            f"{member}: {name}": f'{{"{member}":{value}}}',
            f"all: {name}": value,
        }.items():
            body = text.encode()
            assert len(body) <= size, (what, len(body))
            yield Shape(what, head, body=body)
    yield Shape("blanks", head, body=b" " * size)
    yield Shape("zeros", head, body=b"\0" * size)
    yield Shape("no UTF-8", head, body=b'"' + b"\xc3" * (size - 1))


def words(size: int) -> str:
    """Return as many different words as there is room for: short ones, in any letters."""
    some = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
    some += [a + b for a in some for b in some[:36]]
    some += [chr(0x4E00 + number) for number in range(5000)]
    return " ".join(some)[:size]


def operations_of(size: int, *each: Mapping[str, Any]) -> bytes:
    """Return a batch of up to a hundred operations that fit."""
    many = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in each]
    kept = []
    room = size - 20
    for one in (many * 100)[:100]:
        if len(one.encode()) + 1 <= room:
            kept.append(one)
            room -= len(one.encode()) + 1
    return f'{{"operations":[{",".join(kept)}]}}'.encode()


def of_batch() -> Iterator[Shape]:
    """Yield batches: many operations, many words, many faults, long answers."""
    head = {"Content-Type": JSON}
    wordy = words(10_000)
    marks = "a" + "\u0301" * 5000 + "\u0323" * 4999
    each: dict[str, dict[str, Any]] = {
        "creations": {"create": {"title": "a", "labels": [f"l{n}" for n in range(20)]}},
        "creations of many words": {"create": {"title": "a", "description": wordy}},
        "creations of marks": {"create": {"title": "a", "description": marks}},
        "updates": {"update": {"id": 1}},
        "updates by tags": {"update": {"id": 1, "if_match": ",".join(['"1"'] * 250)}},
        "faults": {"create": {"labels": [{}] * 21, "x": 1}},
        "missing tasks": {"delete": {"id": 2**53 - 1}},
    }
    for name, operation in each.items():
        yield Shape(name, head, body=operations_of(BODY, operation))
    cleared = [{"update": {"id": n, "description": ""}} for n in range(1, 101)]
    yield Shape("tasks of many words, cleared", head, body=operations_of(BODY, *cleared))
    deleted = [{"delete": {"id": n}} for n in range(1, 101)]
    yield Shape("tasks of many words, deleted", head, body=operations_of(BODY, *deleted))
    yield Shape(
        "operations",
        head,
        body=filled(BODY, "{}", between=",", around=('{"operations":[', "]}")).encode(),
    )
    faulty = filled(
        BODY, '{"create":{"a":[[],[],[]]}}', between=",", around=('{"operations":[', "]}")
    )
    yield Shape("faulty operations", head, body=faulty.encode())


def of_import() -> Iterator[Shape]:
    """Yield files: many lines, long lines, many cells, many words, many faults."""
    lines = {"Content-Type": "application/jsonl"}
    table = {"Content-Type": "text/csv"}
    wordy = json.dumps({"title": "a", "description": words(10_000)}, ensure_ascii=False)
    few = json.dumps({"title": "a", "description": " ".join(f"w{n}" for n in range(18))})
    marks = json.dumps({"title": "a", "description": "a" + "\u0301" * 5000 + "\u0323" * 4999})
    labels = json.dumps({"title": "a", "labels": [f"label {n}" for n in range(19)]})
    pairs = json.dumps({"title": "a", "description": "\U0001d504" * 10_000})
    for name, body in {
        "lines": filled(IMPORT, "\n"),
        "a line of blanks": filled(IMPORT, " "),
        "tasks": filled(IMPORT, '{"title":"a"}', between="\n"),
        "as many tasks as may be": "\n".join([few] * 10_000),
        "tasks with labels": "\n".join([labels] * 9000),
        "tasks of many words": filled(IMPORT, wordy, between="\n"),
        "as many words as may be": "\n".join([wordy] * (200_000 // len(words(10_000).split()) - 1)),
        "marks": filled(IMPORT, marks, between="\n"),
        "escaped pairs": filled(IMPORT, pairs, between="\n"),
        "a line of labels": filled(
            IMPORT, "{}", between=",", around=('{"title":"x","labels":[', "]}")
        ),
        "lines of labels": filled(
            IMPORT,
            filled(BODY - 1, "{}", between=",", around=('{"title":"x","labels":[', "]}")),
            between="\n",
        ),
        "lines of names": filled(
            IMPORT, "{" + ",".join(f'"n{n}":1' for n in range(9000)) + "}", between="\n"
        ),
        "a line of brackets": filled(IMPORT, "["),
        "lines of brackets": filled(IMPORT, filled(BODY - 1, "["), between="\n"),
        "a line of numbers": filled(IMPORT, "1", between=",", around=("[", "]")),
        "a long number": filled(IMPORT, "1"),
        "a long text": filled(IMPORT, "a", around=('"', '"')),
        "escapes": filled(IMPORT, "\\u0041", around=('"', '"')),
        "no tasks": filled(IMPORT, "{}", between="\n"),
        "numbers": filled(IMPORT, "1", between="\n"),
        "nonsense": filled(IMPORT, "{", between="\n"),
    }.items():
        yield Shape(f"lines: {name}", lines, body=body.encode())
    document = {"Content-Type": "application/json"}
    for name, body in {
        "tasks": filled(IMPORT, '{"title":"a"}', between=",", around=('{"tasks":[', "]}")),
        "as many tasks as may be": "[" + ",".join([few] * 10_000) + "]",
        "brackets": filled(IMPORT, "["),
        "as many elements as may be": filled(370_000, "[]", between=",", around=("[", "]")),
        "objects": '{"tasks":[' + filled(370_000, "{}", between=",") + "]}",
        "members": "[{" + ",".join(f'"n{n}":[]' for n in range(120_000)) + "}]",
        "a long text": filled(IMPORT, "a", around=('["', '"]')),
        "escapes": filled(IMPORT, "\\u0041", around=('["', '"]')),
    }.items():
        yield Shape(f"document: {name}", document, body=body.encode())
    calendar = {"Content-Type": "text/calendar"}
    todo = "BEGIN:VTODO\nUID:{}\nSUMMARY:a\nDUE;TZID=Europe/Berlin:20261130T170000\nEND:VTODO\n"
    within = ("BEGIN:VCALENDAR\n", "END:VCALENDAR\n")
    one = ("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:a\n", "END:VTODO\nEND:VCALENDAR\n")
    for name, body in {
        "lines": filled(IMPORT, "\n"),
        "as many tasks as may be": "".join(map(todo.format, range(10_000))).join(within),
        "tasks of many lines": filled(
            IMPORT, "BEGIN:VTODO\n" + "DTSTART:1\n" * 990 + "END:VTODO\n", around=within
        ),
        "tasks with dates": filled(
            IMPORT,
            "BEGIN:VTODO\nDUE:20261130T170000Z\nCREATED:20200101T000000Z\nEND:VTODO\n",
            around=within,
        )[:900_000],
        "empty tasks": filled(IMPORT, "BEGIN:VTODO\nEND:VTODO\n", around=within),
        "alarms": filled(IMPORT, "BEGIN:VALARM\nEND:VALARM\n", around=one),
        "events": filled(IMPORT, "BEGIN:VEVENT\nEND:VEVENT\n", around=within),
        "nesting": filled(IMPORT, "BEGIN:X\n", around=("BEGIN:VCALENDAR\n", "")),
        "properties": filled(IMPORT, "A:\n", around=within),
        "folds": filled(IMPORT, "\n a", around=("BEGIN:VCALENDAR\nX:", "")),
        "short folds": filled(IMPORT, "X:\n \n", around=within),
        "labels": filled(250_000, "a", between=",", around=(one[0] + "CATEGORIES:", "\n" + one[1])),
        "backslashes": filled(250_000, "\\", around=(one[0] + "CATEGORIES:", "\n" + one[1])),
        "parameters": filled(250_000, ";A=", around=(one[0] + "DUE", "\n" + one[1])),
        "quotes": filled(250_000, '"', around=(one[0] + "DUE;A=", "\n" + one[1])),
        "many zones": "".join(
            f"BEGIN:VTODO\nDUE;TZID=/a/b/c/d/e/{n}:20261130T170000\nEND:VTODO\n"
            for n in range(9999)
        ).join(within),
    }.items():
        yield Shape(f"calendar: {name}", calendar, body=body.encode())
    yield from of_programs()
    yield Shape("table: UTF-16", table, body=filled(IMPORT // 2, "a,\n").encode("utf-16"))
    for name, body in {
        "lines": filled(IMPORT, "\r\n"),
        "columns": filled(IMPORT, ","),
        "named columns": filled(IMPORT, "title", between=","),
        "columns of many names": ",".join(f"n{n}" for n in range(500_000)),
        "cells": filled(IMPORT, ",", around=("title\r\n", "")),
        "rows of cells": filled(IMPORT, "," * 9000 + "\r\n", around=("title\r\n", "")),
        "rows": filled(IMPORT, "a\r\n", around=("title\r\n", "")),
        "as many rows as may be": filled(100_000, "a\r\n", around=("title\r\n", ""))[:30_000],
        "rows with labels": "title,labels\r\n"
        'a,"' + "\n".join(f"l{n}" for n in range(900)) + '"\r\n',
        "a cell": filled(IMPORT, "a", around=("title\r\n", "")),
        "a cell of labels": filled(IMPORT, "a\n", around=('title,labels\r\na,"', '"')),
        "a cell of quotes": filled(IMPORT, '""', around=('title\r\n"', '"')),
        "an open cell": filled(IMPORT, ",", around=('title\r\n"', "")),
        "apostrophes": filled(IMPORT, "'" * 9000 + "\r\n", around=("title\r\n", "")),
        "empty rows": filled(IMPORT, ",\r\n", around=("title,due\r\n", "")),
        "a header of separators": filled(IMPORT, ";,\t", around=("title", "")),
        "lines of separators": filled(IMPORT, ";,\t\n"),
        "padded rows": filled(IMPORT, "," * 90 + "\r\n", around=("title,due\r\n", "")),
        "days": filled(IMPORT, "a,1/2/2026\r\n", around=("title,due\r\n", "")),
    }.items():
        yield Shape(f"table: {name}", table, body=body.encode())


def of_programs() -> Iterator[Shape]:
    """Yield files of other programs: many parts of whatever their readers look into."""
    notes = "TYPE,CONTENT,PRIORITY,INDENT\ntask,a,1,1\n"
    header = "List Name,Title,Due Date,Priority,Status,Tags"
    card, item = '{"id":"a","name":"a","idList":"a"}', '{"name":"a","state":"complete"}'
    task = '{"id":"%s","title":"a","due":"2026-12-01T00:00:00Z"}'
    long = '"' + "a " * (IMPORT // 4) + '"'
    many = ",".join(["{}"] * 5000)
    for name, body in {
        "google_tasks: a long name": f'{{"kind":"tasks#tasks","title":{long},"items":[{many}]}}',
        "microsoft_to_do: a long name": f'[{{"displayName":{long},"tasks":[{many}]}}]',
        "microsoft_to_do: a long number": filled(
            IMPORT, "9", around=('[{"body":{"contentType":"html","content":"&#', ';"}}]')
        ),
        "todoist: a long name": f"TYPE,CONTENT,PRIORITY,INDENT\nsection,{long},,\n"
        + "task,a,1,1\n" * 5000,
        "trello: a long name": f'{{"lists":[{{"id":"a","name":{long}}}],"cards":['
        + ",".join([card] * 5000)
        + "]}",
        "todoist: notes": filled(IMPORT, "note,a,1,1\n", around=(notes, "")),
        "ticktick: rows": filled(
            400_000, "a,b,2026-12-01 10:00,1,0,c\n", around=(header + "\n", "")
        ),
        "ticktick: columns": header + "," * 260_000,
        "trello: actions": filled(
            370_000, "[]", between=",", around=('{"cards":[],"actions":[', "]}")
        ),
        "trello: cards": filled(IMPORT // 2, card, between=",", around=('{"cards":[', "]}")),
        "trello: a checklist of many cards": '{"cards":['
        + filled(900_000, card, between=",")
        + '],"checklists":[{"idCard":"a","checkItems":['
        + filled(1_200_000, item, between=",")
        + "]}]}",
        "trello: labels": filled(
            1_000_000, '{"name":"a"}', between=",", around=('{"cards":[{"labels":[', "]}]}")
        ),
        "google_tasks: as many tasks as may be": '{"kind":"tasks#tasks","items":['
        + ",".join(task % number for number in range(10_000))
        + "]}",
        "microsoft_to_do: tags": filled(
            IMPORT, "<", around=('[{"body":{"contentType":"html","content":"', '"}}]')
        ),
        "microsoft_to_do: characters": filled(
            IMPORT, "&lt", around=('[{"body":{"contentType":"html","content":"', '"}}]')
        ),
        "taskwarrior: annotations": filled(
            IMPORT,
            filled(250_000, "{}", between=",", around=('{"annotations":[', "]}")),
            between="\n",
        ),
        "todotxt: labels": filled(IMPORT, filled(250_000, "+a "), between="\n"),
        "todotxt: blanks": filled(IMPORT, "a" + " " * 250_000 + "b", between="\n"),
        "todotxt: as many tasks as may be": "x 2026-11-03 2026-11-01 a +b due:2026-12-01\n" * 9_999,
    }.items():
        query = f"format={name.partition(':')[0]}"
        yield Shape(name, {"Content-Type": "text/plain"}, query, body.encode())


def of_password(member: str) -> Iterator[Shape]:
    """Yield passwords that are hard to judge."""
    head = {"Content-Type": JSON}
    for name, password in {
        "repeated": "ab" * 64,
        "words": ("password1qwertz" * 9)[:128],
        "marks": "a" + "\u0301" * 127,
        "disorder": "a" + "\u0301\u0323" * 63,
        "sequence": ("abcdefghijklmnopqrstuvwxyz0123456789" * 4)[:128],
        "leet": ("p4$$w0rd" * 16)[:128],
    }.items():
        body = {"username": f"worst-{name}", member: password}
        yield Shape(f"password {name}", head, body=json.dumps(body).encode())
