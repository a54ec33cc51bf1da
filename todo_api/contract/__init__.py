"""An OpenAPI 3.0 document goes in, an ASGI application comes out.

The document is compiled once, at start-up, by Connexion's specification, resolver and middleware
classes; nothing of it is interpreted while requests are answered. The package knows nothing of
any particular API. `ContractApp` is a `connexion.FlaskApp`; its `add_api` takes the document and
what the application adds: functions, authenticators, values that functions take by name.

The way of a request:

1. `middleware` is the boundary. It gives the request an id, and turns whatever is raised within
   into an answer of the one error shape (`problem`), in JSON or by RFC 9457 (`media` weighs the
   ``Accept``).
2. `request` reads target and headers within their limits: 414, 431, 400.
3. `router` walks its tree of path segments. A path that is not in the document goes on to Flask,
   which serves pages or says 404; a method that is not gets 405, OPTIONS gets 204.
4. `operation`, compiled for this path and method, takes over:
   `uris` settles under which origin the service's URIs are (400 for a host not its own),
   `negotiation` chooses what the answer will be by ``Accept`` (406),
   `body` refuses by headers what it need not read (415, 413),
   `security` wants credentials (401, or 403 for a browser's background request),
   `body` reads what was sent (413); what is large, only for somebody who is known.
5. The rest happens in one go in a thread of `workers`:
   `security` recalls who sends these credentials; only if nobody does, they are verified first,
   `parameters` converts and validates path (404), query and headers (400),
   `body` parses and validates (400) what `content` it has: JSON (`strict_json`) or text,
   `schema` is behind both: a compiled validator that explains itself in sentences.
   Then the function is called, with arguments named as in the document, and returns plain
   values; `uris` gives it `url_for`. The answer is made into bytes (`response`), or begins to be
   (`stream`).
6. `conformance`, where switched on, holds the answer against the document.

At start-up `document` loads the text as data, `resolver` finds each function by tag and
operationId, and a `BrokenDocumentError` names the place of whatever cannot be served.

What a function takes, by name, and returns:

- each parameter of its operation, a header in lower case with ``_`` for ``-``; one that is absent
  is its default or None. A function with ``**`` may leave some unnamed.
- ``body``, if the operation has one: JSON as plain values, other text as `Text`, None if it is
  absent and need not be there.
- ``media_type``, if its success has several: the one that the client likes best.
- ``user``, whom the authenticator named, ``url_for`` (`UrlFor`), and what `add_api` was given as
  ``provided``: each only if it wants it.
- It returns a dict, for 200 and JSON; a `Stream` of chunks; or a `Reply`, which puts a status and
  headers beside either. For an error it raises `Problem`, or what ``failures`` makes one of.

What the document may say beyond OpenAPI:

- ``x-max-bytes`` in a Request Body Object replaces `Limits.body`. If it is more, the body is read
  for nobody who is unknown, and `Limits.large_bodies` of them at once.
- ``x-item-schema`` in a Media Type Object is a schema of each item of its text: in a request it
  comes as `Text.items`; in a response it is what each line of JSON Lines is held against.

What of OpenAPI is refused:

- other versions than 3.0; references that leave the document or hold themselves.
- an operation without an operationId, or without ``security`` of its own.
- security schemes other than HTTP's basic and bearer, scopes, and two that need one header.
- parameters in cookies, of objects, with ``content`` or with styles other than a query's repeated
  names and plain text elsewhere; a path segment that is a parameter only in part.
- bodies that are neither JSON nor text, forms and files among them.
- ``discriminator``, formats of strings that nothing here checks, and values (examples, defaults)
  that their own schemas refuse.
"""

from todo_api.contract.application import ContractApp
from todo_api.contract.document import BrokenDocumentError, Document, TagResolver, json_pointer
from todo_api.contract.http import (
    MOST_FAULTS,
    JSONTextError,
    Limits,
    Problem,
    StrictJSON,
    bad_body,
    bad_parameters,
    is_known,
    new_request_id,
    parse_entity_tags,
    too_large_fields,
    too_long_url,
    unavailable,
    words_for,
)
from todo_api.contract.inputs import Text, UnauthenticatedError
from todo_api.contract.operation import Answer, Reply
from todo_api.contract.outputs import Stream
from todo_api.contract.uris import UrlFor
from todo_api.contract.workers import Workers

__all__ = [
    "MOST_FAULTS",
    "Answer",
    "BrokenDocumentError",
    "ContractApp",
    "Document",
    "JSONTextError",
    "Limits",
    "Problem",
    "Reply",
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
    "new_request_id",
    "parse_entity_tags",
    "too_large_fields",
    "too_long_url",
    "unavailable",
    "words_for",
]
