"""Which contract tools are run: most with all other tests, all by `make contract-tools-all`."""

import os
from pathlib import Path

import pytest

from tests.support.npm import installed

LONGER = Path(__file__).parent / "longer"
"""The lock of tools that take more time to install and to run than each run of all tests has."""

whole = os.environ.get("TEST_CONTRACT_TOOLS") == "all"
collect_ignore = [] if whole else ["test_dredd.py", "test_portman.py"]


@pytest.fixture(scope="session")
def longer_tools() -> Path:
    """Where these programs are, installed from their lock."""
    return installed(LONGER)
