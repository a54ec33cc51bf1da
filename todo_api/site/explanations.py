"""What each error means for whoever wrote the client."""

EXPLANATIONS = {
    400: "The request is not what the document allows, and nothing was changed. Each of the errors"
    " names a fault and its place: correct them, then send the request again.",
    401: "The username or the password is missing or wrong: send both with every request, by HTTP"
    " Basic, in UTF-8. Or the token is unknown, revoked or expired. Accounts and tokens can be seen"
    " and changed with a password only.",
    403: "If the error is Unauthorized access, the username, the password or the token is missing"
    " or wrong, and the request said that a script sent it: let the script ask its user. If the"
    " error is Forbidden, the detail or the errors say what is not allowed: a token for reading,"
    " for example, cannot change anything.",
    404: "There is nothing here for you: it never existed, it has been deleted, or it belongs to"
    " somebody else. Use the URIs that the service gives you rather than ones that you build.",
    405: "The path exists, but it does not have this method. The Allow header lists those it has.",
    406: "The service answers in JSON, which the Accept header of the request rules out. Add"
    " application/json to it, or leave the header out.",
    408: "The request took too long to arrive. Send it again, faster.",
    409: "The request contradicts what is there already: a username, for example, that somebody"
    " else has. It will not succeed as it is; change it. With a Retry-After header, a request with"
    " the same Idempotency-Key is still running: ask again for its answer.",
    410: "The token is too old: some deletions since then are no longer known. Empty your copy,"
    " and ask for the changes without a token.",
    412: "It has changed since you read it, and nothing was overwritten. Read it again, see whether"
    " your change is still wanted, and send it with the new ETag.",
    413: "The body is larger than the service reads; the detail says how large it may be. Send"
    " less at once.",
    414: "The URL is longer than the service reads; the detail says how long it may be.",
    415: "The body is of a type that this operation does not read. The Accept header of the answer"
    " (Accept-Patch for PATCH) lists the types that it reads: most often application/json, in UTF-8"
    " and not compressed.",
    422: "The Idempotency-Key was used before, for a different request; nothing was changed. Use a"
    " new key for each change, and the same key when you repeat the request.",
    429: "Too many logins from your address have failed, there were too many registrations from it"
    " or changes of your password, or you have sent more requests than the service allows; the"
    " detail says which. Wait for the seconds in the Retry-After header, and check the username and"
    " the password before you send them again.",
    431: "The request has more header fields, or larger ones, than the service reads. Cookies are"
    " the usual reason; the service needs none of them.",
    500: "The service failed, and it is not your fault. Its log tells why under the X-Request-Id of"
    " the answer: tell that to whoever runs it. Before you repeat a change, check whether it was"
    " made.",
    501: "The service does not understand a request of this kind, such as CONNECT.",
    503: "The service cannot do its work at the moment, most often because it cannot reach its"
    " database. Send the request again later; a Retry-After header says in how many seconds.",
    505: "The request was sent in a version of HTTP that the service does not speak. Use HTTP/1.1.",
}
"""By status, what it means for a client. Every error status of the service has to be here."""
