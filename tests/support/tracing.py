"""What a page makes its browser do, as Chromium's own trace tells it."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page


def longest_task(page: Page, act: Callable[[], object]) -> float:
    """Return how long the longest task of the page's main thread is, from an action to its end.

    In milliseconds of the processor's time: what others do on this machine is no part of it.
    """
    session = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    ends: list[object] = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda end: ends.append(end))  # noqa: PLW0108 - Playwright looks at the arguments, which `append` hides
    session.send("Tracing.start", {"traceConfig": {"includedCategories": ["toplevel"]}})
    act()
    page.wait_for_timeout(500)
    session.send("Tracing.end")
    while not ends:
        page.wait_for_timeout(20)
    session.detach()
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["tdur"] / 1000
        for event in events
        if event["name"].endswith("RunTask")
        and (event["pid"], event["tid"]) in threads
        and "tdur" in event
    ]
    assert tasks, "the trace tells of no task"
    return float(max(tasks))
