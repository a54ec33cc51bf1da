"""The ASGI application, for any ASGI server; run as a script, a demo for this machine."""

import os

from todo_api.application import create_app
from todo_api.cli import main
from todo_api.settings import read_settings

if __name__ == "__main__":
    main(["demo"], prog_name="app.py")
else:
    app = create_app(read_settings(os.environ))
