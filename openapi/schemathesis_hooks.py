"""What `schemathesis.toml` cannot say: a list as a file is sent and read as text."""

import schemathesis
from schemathesis import DeserializationContext, Response, SerializationContext
from schemathesis.transport.serialization import Binary

SENT = ("application/jsonl", "application/x-ndjson", "text/csv", "text/plain")


@schemathesis.serializer(*SENT)
def write_file(_: SerializationContext, value: object) -> bytes:
    """Send a file as it is."""
    if isinstance(value, Binary):
        return value.data
    return str(value).encode("utf-8", errors="surrogatepass")


@schemathesis.deserializer(*SENT, "text/calendar")
def read_file(_: DeserializationContext, response: Response) -> str:
    """Read a file as text."""
    return response.content.decode()
