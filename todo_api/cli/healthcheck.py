"""``todo-api healthcheck``: whether the service that runs here answers."""

import os
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection

import click

from todo_api.settings import Settings, read_settings

SECONDS = 5
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what others listen on


@click.command("healthcheck")
def healthcheck_command() -> None:
    """Tell whether the service answers here, as containers ask."""
    settings = read_settings(os.environ)
    connection = _connection(settings)
    where = f"{settings.host}, port {settings.port}"
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, HTTPException) as fault:
        raise click.ClickException(
            f"Nothing answers at {where}: {_reason(fault)}. Is the service running, with these"
            " values of TODO_HOST, TODO_PORT and TODO_TLS_CERTIFICATE?"
        ) from fault
    finally:
        connection.close()
    if status != 200:  # noqa: PLR2004 - OK
        raise click.ClickException(
            f"What listens on {where} answers with the status {status}, as the service never does:"
            " another program may have the port."
        )
    click.echo("The service answers.")


def _reason(fault: Exception) -> str:
    """Return why there is no answer, in the system's words but for its numbers."""
    if isinstance(fault, TimeoutError):
        return f"no answer within {SECONDS} seconds"
    if isinstance(fault, ssl.SSLError):
        return "no agreement on encryption"
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror.lower()
    return "what listens there does not speak HTTP"


def _connection(settings: Settings) -> HTTPConnection:
    host = EVERYWHERE.get(settings.host, settings.host)
    if settings.tls_certificate is None:
        return HTTPConnection(host, settings.port, timeout=SECONDS)
    # The certificate is for the name that clients use, and the way does not leave this machine.
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, settings.port, timeout=SECONDS, context=anything)
