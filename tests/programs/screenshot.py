"""Take the picture of the console: ``python -m tests.programs.screenshot docs/console.png``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.browser import Console, chromium, find_chromium
from tests.support.serving import served
from todo_api.cli.demo_data import PASSWORD, USERNAME

WIDTH, HEIGHT = 1280, 900


def take_picture(executable: str, picture: Path) -> None:
    """Serve the demo on a new database, and picture the console with a list of tasks."""
    with (
        TemporaryDirectory() as folder,
        served(f"sqlite:///{folder}/todo.db", Path(folder, "errors.log")) as service,
        chromium(executable, service.origin) as browser,
    ):
        console = Console(browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}))
        console.authorize(USERNAME, PASSWORD)
        operation = console.open("get_tasks")
        console.execute(operation)
        operation.evaluate("element => element.scrollIntoView()")
        console.page.mouse.move(0, 0)
        # What the mouse was over fades.
        console.page.wait_for_timeout(1000)
        console.page.screenshot(path=picture)


if __name__ == "__main__":
    chromium_here = find_chromium() or sys.exit("The picture needs Chromium, which is not here.")
    take_picture(chromium_here, Path(sys.argv[1]))
