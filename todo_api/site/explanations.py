"""What each error means for whoever wrote the client."""

EXPLANATIONS = {
    400: "The request is not what the document allows, and nothing was changed. Each of the errors"
    " names a fault and its place: correct them, then send the request again.",
    401: "The username or the password is missing or wrong. Send both with every request, by HTTP"
    " Basic, in UTF-8.",
    403: "If the words are Unauthorized access, the username or the password is missing or wrong,"
    " and the request said that a script sent it: the script asks its user for them. If the word"
    " is Forbidden, the detail or the errors say what is not allowed.",
    404: "Nothing is there for you: it never was, it has been deleted, or it is somebody else's."
    " Use the URIs that the service gives you rather than ones that you build.",
    405: "The address is right, but not the method. The Allow header names those that it has.",
    406: "The service answers in JSON, which the Accept header of the request rules out. Add"
    " application/json to it, or leave the header out.",
    408: "The request took too long to arrive. Send it again, faster.",
    409: "The request contradicts what is there already: a username, for example, that somebody"
    " else has. It will not succeed as it is; change it. With a Retry-After header, a request with"
    " the same Idempotency-Key is still running: ask again for its answer.",
    410: "Too much time has passed since the token was given out: not all that was deleted in the"
    " meantime is known any more. Empty your copy, and ask for the changes without a token.",
    412: "It has changed since you read it, and nothing was overwritten. Read it again, see whether"
    " your change is still wanted, and send it with the new ETag.",
    413: "The body is larger than the service reads; the detail says how large it may be. Send"
    " less at once.",
    414: "The URL is longer than the service reads; the detail says how long it may be.",
    415: "The body is of a type that this operation does not read. The Accept header of the answer"
    " names the types that it does: most often application/json, in UTF-8 and not compressed. For"
    " PATCH it is called Accept-Patch.",
    422: "The Idempotency-Key was used before, for a request that was not the same; nothing was"
    " changed. Make up a new key for each thing to do, and keep it for its repetitions.",
    431: "The request has more header fields, or larger ones, than the service reads. Cookies are"
    " the usual reason; the service needs none of them.",
    500: "The service failed, and it is not your fault. Its log tells why under the X-Request-Id of"
    " the answer: tell that to whoever runs it. Look at what is there before you repeat a change.",
    501: "The service does not understand a request of this kind, such as CONNECT.",
    503: "The service cannot do its work at the moment; most often it cannot reach its data. Send"
    " the request again after a while: after as many seconds as the Retry-After header says, if"
    " there is one.",
}
"""By status, what it means for a client. A status that the service answers has to be here."""
