"""The service does what the document says, whatever requests Schemathesis makes up."""

from pathlib import Path

import pytest

from tests.programs.fuzz.run import run


@pytest.mark.parametrize(
    ("databases", "seed"),
    [
        ("sqlite", 1),
        ("postgresql", 2),
    ],
    indirect=["databases"],
)
def test_the_service_conforms_to_the_document(
    empty_database_url: str, tmp_path: Path, seed: int
) -> None:
    failures, report = run(empty_database_url, tmp_path, seed=seed)
    assert not failures, f"{failures}\n\n{report}"
