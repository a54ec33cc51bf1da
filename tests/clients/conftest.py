"""Which clients are tested: some with all other tests, all by `make clients-all`."""

import os

collect_ignore = [] if os.environ.get("TEST_CLIENTS") == "all" else ["test_languages.py"]
