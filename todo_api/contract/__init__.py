"""An OpenAPI 3.0 document goes in, an ASGI application comes out.

The document is compiled once, at start-up, by Connexion's specification, resolver and middleware
classes; nothing of it is interpreted while requests are answered. The package knows nothing of
any particular API. `ContractApp` is a `connexion.FlaskApp`; its `add_api` takes the document and
what the application adds: functions, authenticators, values that functions take by name.

The way of a request:

1. `middleware` is the boundary. It gives the request an id, and turns every exception into an
   answer of the one error shape (`problem`), in JSON or by RFC 9457 (`media` weighs ``Accept``).
   Each has a code; `sentences` carry those of faults.
   `forwarding` tells from where a trusted proxy has got the request; `browsers` adds the headers
   that every answer has.
2. `request` reads target and headers within their limits: 414, 431, 400.
3. `router` walks its tree of path segments, to an operation or to something `static`: the
   document, files, and the `pages` that Flask renders when they are first asked for. Any other
   path goes on to Flask if that has a route for it, else it gets 404; a method that a path does
   not have gets 405, OPTIONS 204.
4. `operation`, compiled for this path and method, takes over:
   `uris` finds the origin of the service's URIs (400 for a host that is not its own),
   `browsers` refuses changes that web pages of other sites ask for (403),
   `negotiation` chooses the media type of the answer by ``Accept`` (406),
   `body` refuses by its headers what need not be read (415, 413),
   `security` asks for credentials (401, or 403 where `conventions` asks for no challenge),
   `body` receives the body (413); one that is longer than 4 KiB only from a known sender.
5. What follows is a `Job`. The application's `Runner` decides where it runs; without one, it runs
   in a thread of `workers`. Its first step changes nothing:
   `security` recalls whose the credentials are; if it cannot, they are verified first; they have
   to be of the operation's scope (403),
   `parameters` converts and validates path (404), query and headers (400),
   `body` parses and validates (400) its `content`: JSON (`strict_json`) or text,
   `schema` is behind both: a compiled validator that explains faults in sentences.
   The second step calls the function, with arguments named as in the document; `uris` gives it
   `url_for`. It returns plain values, which become bytes (`response`) or a `stream`.
6. `conformance`, if it is switched on, checks the answer against the document.

At start-up `document` loads the text as data, `specification` checks it, `resolver` finds each
function by tag and operationId, and a `BrokenDocumentError` names the place of whatever cannot be
served. Only who makes an application loads Connexion and Flask, which takes most of a start.

What a function takes, by name, and returns:

- each parameter of its operation, a header in lower case with ``_`` for ``-``; one that is absent
  is its default or None. A function with ``**`` may leave some unnamed.
- ``body``, if the operation has one: JSON as plain values, other text as `Text`, None if it is
  absent and need not be there.
- ``media_type``, if it can answer in several: the one that the client prefers.
- ``user``, whom the authenticator named, ``url_for`` (`UrlFor`), ``caller`` (`Caller`, where the
  request came from), and the values that `add_api` was given as ``provided``: those that it has
  arguments for.
- It returns a dict, for 200 and JSON; a `Stream` of chunks; or a `Reply`, which adds a status and
  headers to either. For an error it raises `Problem`, or an exception that ``failures`` turns into
  one.

What the document may say beyond OpenAPI:

- ``x-max-bytes`` in a Request Body Object replaces `Limits.body`; where strangers may send the
  body, only if it is smaller. A body that may be larger is read from known senders only, one from
  each at a time, and `Limits.large_bodies` of them are worked on at once.
- ``x-scopes`` in a Security Scheme Object of a token is an object: by the name of each scope, what
  it is for. Its authenticator says by `Granted` which of them a token has. Each operation that
  takes such tokens states the one that it needs as ``x-scope``; other schemes need none.
- ``x-item-schema`` in a Media Type Object is the schema of each item of its text: for a request it
  is `Text.items`, and the body is text for the function even if it is JSON; in a response it
  validates each line of JSON Lines.
- ``x-any-charset`` in a Media Type Object lets a body of text have any encoding: the function gets
  what was sent, and the encoding that was stated.

Which parts of OpenAPI are refused:

- other versions than 3.0; references that leave the document or contain themselves.
- an operation without an operationId, or without ``security`` of its own.
- security schemes other than HTTP's basic and bearer, scopes in a Security Requirement Object, and
  two schemes that need one header.
- parameters in cookies, of objects, with ``content`` or with styles other than a query's repeated
  names and plain text elsewhere; a path segment that is a parameter only in part.
- bodies that are neither JSON nor text, forms and files among them.
- ``discriminator``, formats of strings that nothing here checks, and values (examples, defaults)
  that their own schemas refuse.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from todo_api.contract.browsers import Browsers
from todo_api.contract.conventions import Conventions
from todo_api.contract.document import (
    BrokenDocumentError,
    Document,
    Schema,
    json_pointer,
)
from todo_api.contract.forwarding import Proxies, plain_address
from todo_api.contract.http import (
    ABANDONED,
    AWAITED_SINCE,
    MOST_FAULTS,
    Caller,
    JSONTextError,
    Limits,
    Problem,
    Request,
    Response,
    StrictJSON,
    bad_body,
    bad_parameters,
    is_known,
    packed_as,
    parse_entity_tags,
    too_large_fields,
    too_long_url,
    unavailable,
)
from todo_api.contract.inputs import Granted, Text, UnauthenticatedError
from todo_api.contract.operation import Answer, Job, Reply, Runner
from todo_api.contract.outputs import BrokenOffError, Stream
from todo_api.contract.sentences import Sentence
from todo_api.contract.turns import Crowd, FairTurns, Shares
from todo_api.contract.uris import UrlFor
from todo_api.contract.workers import Workers, wait_for

if TYPE_CHECKING:
    from todo_api.contract.application import ContractApp
    from todo_api.contract.middleware import REFUSED, Observer
    from todo_api.contract.resolver import TagResolver

__all__ = [
    "ABANDONED",
    "AWAITED_SINCE",
    "MOST_FAULTS",
    "REFUSED",
    "Answer",
    "BrokenDocumentError",
    "BrokenOffError",
    "Browsers",
    "Caller",
    "ContractApp",
    "Conventions",
    "Crowd",
    "Document",
    "FairTurns",
    "Granted",
    "JSONTextError",
    "Job",
    "Limits",
    "Observer",
    "Problem",
    "Proxies",
    "Reply",
    "Request",
    "Response",
    "Runner",
    "Schema",
    "Sentence",
    "Shares",
    "Stream",
    "StrictJSON",
    "TagResolver",
    "Text",
    "UnauthenticatedError",
    "UrlFor",
    "Workers",
    "bad_body",
    "bad_parameters",
    "is_known",
    "json_pointer",
    "packed_as",
    "parse_entity_tags",
    "plain_address",
    "too_large_fields",
    "too_long_url",
    "unavailable",
    "wait_for",
]

_WITH_CONNEXION = {
    "REFUSED": "middleware",
    "ContractApp": "application",
    "Observer": "middleware",
    "TagResolver": "resolver",
}
"""Where the names are that are loaded when they are asked for, with Connexion."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what the names stand for
    """Load one of the names that need Connexion."""
    if name not in _WITH_CONNEXION:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WITH_CONNEXION[name]}"), name)
