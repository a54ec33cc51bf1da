"""Templates that are compiled once a process, however many applications render them."""

from jinja2.bccache import Bucket, BytecodeCache


class CompiledOnce(BytecodeCache):
    """Keeps what Jinja compiles in memory."""

    def __init__(self) -> None:
        """Begin without any."""
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template what was compiled for it, which Jinja compares with its source."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled for a template."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()
