"""The contract as it is written, for tests that compare the service with it."""

import yaml

from tests.support.serving import CHECKOUT

DOCUMENT = yaml.safe_load((CHECKOUT / "openapi" / "todo.yaml").read_text("utf-8"))
EXAMPLES = DOCUMENT["components"]["examples"]
