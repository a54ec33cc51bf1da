"""When a certificate ends, as a client sees it.

The standard library reads certificates for clients only; so one is shown to a client, in memory.
"""

import ssl
from contextlib import suppress
from datetime import UTC, datetime

from todo_api.server.https import CertificateError

_MOST_ROUNDS = 5
"""A handshake takes three."""


def end_of(server: ssl.SSLContext) -> datetime:
    """Return when the certificate of a server ends.

    Raises `CertificateError` if clients refuse it by now: it has ended, it is not yet valid, or it
    is not for servers.
    """
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    shown = _shown_to(client, server).getpeercert(binary_form=True)
    # Who has signed it is not asked: it is trusted by itself.
    client.load_verify_locations(cadata=shown)
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.verify_mode = ssl.CERT_REQUIRED
    try:
        about = _shown_to(client, server).getpeercert() or {}
    except ssl.SSLCertVerificationError as fault:
        raise CertificateError(f"Clients refuse the certificate: {fault.verify_message}.") from None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(about["notAfter"])), UTC)


def _shown_to(client: ssl.SSLContext, server: ssl.SSLContext) -> ssl.SSLObject:
    """Return the client's side of a connection in memory."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server)
    there = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(_MOST_ROUNDS):
        for side in (here, there):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return here
