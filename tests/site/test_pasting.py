"""Several lines that are pasted into quick add of the web client."""

from playwright.sync_api import Dialog, expect

from tests.support.web_client import ApiOfUser, WebClient

LINES = "- Milk\r\n\r\n* [ ] Bread tomorrow #errand\n\u2022 Eggs\n" + "far too long " * 20
PASTE = """(box, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const pasted = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  box.dispatchEvent(pasted);
  return pasted.defaultPrevented;
}"""
"""Paste as a browser does; it tells whether the browser has still to do it."""


def paste(
    client: WebClient, text: str, *, is_wanted: bool = True, box: str = ""
) -> tuple[bool, list[str]]:
    """Paste, and answer; return whether lines have become tasks, and what was asked."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if is_wanted:
            dialog.accept()
        else:
            dialog.dismiss()

    # What hears of it is loaded with what understands lines.
    client.adding.fill("Eggs tomorrow")
    expect(
        client.page.get_by_role("button", name="Do not take “Tomorrow” as a day")
    ).to_be_visible()
    client.adding.fill(box)
    client.page.on("dialog", answer)
    taken = client.adding.evaluate(PASTE, text)
    client.page.remove_listener("dialog", answer)
    return taken, asked


def test_each_line_becomes_a_task_if_one_wants_that(client: WebClient, api: ApiOfUser) -> None:
    client.saved()
    assert paste(client, LINES) == (True, ["Add 4 tasks, one for each line?"])
    # What cannot be a task is still there, and why.
    expect(client.adding).to_have_value(LINES.splitlines()[-1].strip())
    expect(client.page.get_by_text("A title has at most 200 characters")).to_be_visible()
    assert client.titles == ["Milk", "Bread", "Eggs"]
    client.saved()
    [milk, bread, _] = api.get("/tasks").json()["tasks"]
    assert (milk["due"], milk["labels"]) == (None, [])
    assert bread["due"]
    assert bread["labels"] == ["errand"]


def test_all_of_them_are_undone_together(client: WebClient) -> None:
    client.add("Wash")
    client.saved()
    paste(client, "Milk\nBread")
    expect(client.checkbox("Bread")).to_be_visible()
    client.page.get_by_role("button", name="Undo").click()
    expect(client.checkbox("Bread")).to_have_count(0)
    assert client.titles == ["Wash"]


def test_it_is_one_line_otherwise(client: WebClient) -> None:
    client.saved()
    assert paste(client, LINES, is_wanted=False) == (False, ["Add 4 tasks, one for each line?"])
    assert paste(client, "Milk\n") == (False, [])
    assert paste(client, "milk\nand bread", box="Buy ") == (False, [])
    assert client.titles == []
