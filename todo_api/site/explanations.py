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

CODES = {
    "bad_request": "The request itself is malformed: its target, a header field or its framing.",
    "batch_conflict": "A task of the batch is missing or has changed; none of it was carried out.",
    "branch_too_large": "The task has more below it than one request may change: begin with that.",
    "content_too_large": "The body is too large.",
    "demo_account": "Everybody shares the account of the demo, so it stays and keeps its password.",
    "http_version_not_supported": "The request is not HTTP/1.1.",
    "insufficient_scope": "The token may read, but not change anything.",
    "internal_server_error": "The service failed.",
    "invalid_body": "The body is not what the document allows; the errors name each fault.",
    "invalid_parameters": "Parameters or header fields are not what the document allows; the errors"
    " name each fault.",
    "key_reused": "The Idempotency-Key belongs to another request.",
    "malformed_body": "The body cannot be read: it is not JSON, or not UTF-8.",
    "method_not_allowed": "The path does not have this method.",
    "missing_body": "The operation needs a body, and there is none.",
    "no_invitation": "The code invites you to no list: ask for another.",
    "not_acceptable": "Accept rules out every form that the answer could have.",
    "not_found": "There is nothing here for you.",
    "not_implemented": "The service does not understand a request of this kind.",
    "other_site": "A web page of another site sent the request.",
    "own_list": "It is your own list, which stays as long as your account.",
    "owner_stays": "A list always has an owner: make another member the owner first.",
    "precondition_failed": "If-Match names none of the current entity tags.",
    "registration_closed": "New users need an invitation.",
    "request_header_fields_too_large": "The header fields are too large, or too many.",
    "request_timeout": "The request took too long to arrive.",
    "role_too_low": "Your role in the list is too little: ask its owner.",
    "service_unavailable": "The service cannot do its work at the moment.",
    "still_running": "A request with the same Idempotency-Key is still running.",
    "token_too_old": "The token of a copy has missed a deletion: start over.",
    "too_many_invitations": "The list has as many open invitations as it may have: withdraw one.",
    "too_many_keys": "As many Idempotency-Keys are kept for you as may be: send none, or wait.",
    "too_many_lists": "You, or the new owner, have as many lists as one may have: delete one.",
    "too_many_logins": "Too many logins have failed: wait.",
    "too_many_members": "The list has as many members as it may have.",
    "too_many_registrations": "As many users have registered today as may: try again tomorrow.",
    "too_many_requests": "You have sent more requests than the service allows: wait.",
    "too_many_shared_lists": "You have as many lists of others as you may have: leave one.",
    "too_many_tasks": "The owner of the list has as many tasks as one may have: delete some.",
    "too_many_tokens": "You have as many tokens as you may have: revoke one.",
    "too_many_words": "The tasks of one request have too many words: split it.",
    "too_much_text": "The owner of the list has as much text as one may have: shorten some.",
    "unauthorized": "The credentials are missing or wrong.",
    "unexpected_body": "The operation takes no body, and there is one.",
    "unknown_host": "The Host header does not name this service. Its administrator can add the name"
    " by TODO_OWN_HOSTS, or TODO_PUBLIC_URL.",
    "unsupported_media_type": "The body is of a type that the operation does not read.",
    "uri_too_long": "The URL is too long.",
    "username_taken": "Somebody else has this username.",
    "wrong_password": "The current password is missing or wrong.",
}
"""By the code of an error, what it means. The document lists them, and has to list the same."""

FAULT_CODES = {
    "changed": "The task has changed since it was read.",
    "cycle": "The task would be a part of itself, or of one of its own parts.",
    "foreign": "The value was not issued for this list, or not by this service.",
    "invalid": "Something else is wrong; the detail says what.",
    "low_role": "Your role in the list is too little.",
    "missing": "There is no such task or list.",
    "no_option": "The value is none of those that are possible.",
    "no_room": "Too much has been moved to this place: move the neighbour away and back.",
    "read_only": "The member cannot be changed, and is not as it is stored.",
    "repeated": "Something stands twice that may stand once.",
    "required": "The member or parameter is missing.",
    "too_deep": "The task, or what is below it, would be more levels down than tasks go.",
    "too_few": "There are too few items or members.",
    "too_large": "The number is too large.",
    "too_long": "The text is too long.",
    "too_many": "There are too many items or members.",
    "too_short": "The text is too short.",
    "too_small": "The number is too small.",
    "unknown_member": "The document names no such member.",
    "unknown_parameter": "The document names no such parameter.",
    "weak_password": "The password is too easy to guess.",
    "wrong_form": "The text is not of the form that the document describes.",
    "wrong_password": "This is not the current password.",
    "wrong_type": "The value is of another type than the document says.",
}
"""By the code of a fault, what it means. The document lists them, and has to list the same."""
