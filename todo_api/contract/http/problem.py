"""Errors: raised once as a `Problem`, rendered once as the one error shape of the service."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any

import orjson

from todo_api.contract.http.media import JSON, PROBLEM_JSON, prefers_problem_json
from todo_api.contract.http.response import Response
from todo_api.contract.sentences import code_of

MOST_FAULTS = 20
"""The most faults that one answer lists."""


class Problem(Exception):  # noqa: N818 - RFC 9457's word for it
    """An answer with an error status.

    ``detail`` is a sentence for people, and ``code`` what programs tell the error by; without one,
    it is the status in words. ``faults`` list what is wrong, each as ``{"pointer" or "parameter":
    place, "detail": sentence}``, with a ``line`` if the body consists of lines; each gets the code
    of its `Sentence`. ``error`` replaces the words that stand for the status.
    """

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        code: str | None = None,
        faults: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        error: str | None = None,
    ) -> None:
        """Take the status, its explanation and the headers to send with it."""
        super().__init__(status, detail)
        self.status = status
        self.title = error or words_for(status)
        self.detail = detail
        self.headers = headers or {}
        self.code = code or words_for(status).lower().replace(" ", "_")
        self.faults = [_with_code(fault) for fault in islice(faults, MOST_FAULTS)]

    def render(self, accept: bytes | None, explained_at: str) -> Response:
        """Return the answer: JSON, or RFC 9457 if ``accept`` prefers ``application/problem+json``.

        ``explained_at`` is the page that explains the errors, with an anchor for each status.
        """
        body: dict[str, Any] = {"error": self.title, "code": self.code}
        if self.detail:
            body["detail"] = self.detail
        if self.faults:
            body["errors"] = self.faults
        media_type = JSON
        if prefers_problem_json(accept):
            media_type = PROBLEM_JSON
            known = explained_at != "about:blank"
            kind = f"{explained_at}#{self.status}" if known else explained_at
            body = {"type": kind, "title": self.title, "status": self.status, **body}
        text = orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)
        return Response(self.status, {"Vary": "Accept", **self.headers}, text, media_type)


def _with_code(fault: Mapping[str, Any]) -> dict[str, Any]:
    """Put the code of a fault's sentence before the sentence, with which each fault ends."""
    places = {name: value for name, value in fault.items() if name != "detail"}
    return {**places, "code": code_of(fault["detail"]), "detail": fault["detail"]}


def bad_body(faults: Iterable[tuple[str, str]]) -> Problem:
    """Refuse a body for its faults: a JSON pointer and a sentence each."""
    listed = [{"pointer": at, "detail": detail} for at, detail in islice(faults, MOST_FAULTS)]
    return Problem(400, "The body is not valid.", code="invalid_body", faults=listed)


def bad_parameters(faults: Iterable[tuple[str, str]]) -> Problem:
    """Refuse parameters for their faults: a name and a sentence each."""
    listed = [{"parameter": name, "detail": detail} for name, detail in islice(faults, MOST_FAULTS)]
    sentence = "The request's parameters are not valid."
    return Problem(400, sentence, code="invalid_parameters", faults=listed)


def unavailable(detail: str) -> Problem:
    """Refuse a request that may well succeed a few seconds later."""
    return Problem(503, detail, headers={"Retry-After": "5"})


def words_for(status: int) -> str:
    """Name a status in words, such as ``Not found``."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        return "Error"
    words = _CURRENT_PHRASES.get(status, phrase).capitalize()
    return words.replace("Uri", "URI").replace("Http", "HTTP")


_CURRENT_PHRASES = {
    # RFC 9110 renamed these; Python follows in 3.13.
    413: "Content too large",
    414: "URI too long",
    422: "Unprocessable content",
}
