"""CSV as spreadsheets and editors save it: read where it is certain, else explained."""

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.test_transfer import CSV, TASKS, bring, everything, export, faults, lasting
from tests.support.databases import lack

pytestmark = pytest.mark.usefixtures("miguel")


def imported(client: TestClient, file: str | bytes, media_type: str = CSV) -> list[dict[str, Any]]:
    """Import a table that is in order; return the tasks of it."""
    answer = bring(client, file, media_type)
    assert answer.status_code == 200, answer.text
    return everything(client)


def explained(client: TestClient, file: str | bytes, media_type: str = CSV) -> tuple[int, str]:
    """Import a table with one fault; return the line of it and what is said of it."""
    answer = bring(client, file, media_type)
    assert answer.status_code == 400, answer.text
    [fault] = answer.json()["errors"]
    return fault["line"], fault["detail"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_whatever_separates_the_cells_is_found_out(miguel: TestClient, separator: str) -> None:
    table = "title,done\nRest,true\n".replace(",", separator)
    [task] = imported(miguel, table)
    assert (task["title"], task["done"]) == ("Rest", True)


@pytest.mark.parametrize("stated", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_first_line_may_state_the_separator(miguel: TestClient, stated: str) -> None:
    [task] = imported(miguel, f"{stated}\r\ntitle;done\r\nMilk, bread;true\r\n")
    assert task["title"] == "Milk, bread"
    assert explained(miguel, f"{stated}\ntitle;done\nRest;maybe\n")[0] == 3


@pytest.mark.parametrize(
    ("encoding", "media_type"),
    [
        ("utf-8", CSV),
        ("utf-8-sig", CSV),
        ("utf-16", CSV),
        ("utf-16", "text/csv; charset=UTF-16"),
        ("utf-8-sig", "text/csv; charset=windows-1252"),
        ("windows-1252", "text/csv; charset=windows-1252"),
        ("windows-1251", 'text/csv; charset="Windows-1251"'),
        ("windows-1252", "text/csv; charset=cp1252"),
    ],
)
def test_an_encoding_that_is_marked_or_stated_is_read(
    miguel: TestClient, encoding: str, media_type: str
) -> None:
    title = "Читать" if encoding == "windows-1251" else "Café für 5 €"
    if encoding == "windows-1252":
        title = "Café für 5 €"
    [task] = imported(miguel, f"title\r\n{title}\r\n".encode(encoding), media_type)
    assert task["title"] == title


def test_bytes_that_are_not_utf_8_are_not_guessed_at(miguel: TestClient) -> None:
    line, detail = explained(miguel, "title\nRest\nCafé\n".encode("windows-1252"))
    assert line == 3
    assert "E9, which is é in Windows-1252" in detail
    assert "charset=windows-1252" in detail
    assert everything(miguel) == []


def test_other_encodings_are_explained(miguel: TestClient) -> None:
    assert "NUL" in explained(miguel, "title\nRest\n".encode("utf-16-le"))[1]
    assert "not known" in explained(miguel, "title\nRest\n", "text/csv; charset=rot13")[1]
    assert "not US-ASCII" in explained(miguel, "title\né", "text/csv; charset=us-ascii")[1]


def test_padding_is_no_row_and_no_column(miguel: TestClient) -> None:
    table = "title,done,,\r\n,,,\r\nRest,true,,\r\n,,,\r\nWork,,,\r\n,,,\r\n"
    assert [task["title"] for task in imported(miguel, table)] == ["Rest", "Work"]


def test_a_cell_beyond_the_named_columns_is_explained(miguel: TestClient) -> None:
    line, detail = explained(miguel, "title,done,\nRest,true,now\n")
    assert (line, "3 cells" in detail, "2 columns" in detail) == (2, True, True)


def test_columns_are_known_however_they_are_written(miguel: TestClient) -> None:
    header = "Title, DUE ,Created At,Done"
    [task] = imported(miguel, f"{header}\nRest,2026-11-30,2001-01-01T00:00:00Z,FALSE\n")
    assert (task["due"], task["created_at"][:4]) == ("2026-11-30", "2001")


def test_an_unknown_column_is_told_with_the_known_ones(miguel: TestClient) -> None:
    for header, found in (
        ("Titel;Erledigt", '"Erledigt"'),
        ("title|done", '"title|done"'),
        ("title,colour", '"colour"'),
    ):
        answer = bring(miguel, f"{header}\nRest,\n", CSV)
        detail = answer.json()["errors"][-1]["detail"]
        assert f"There is no column {found}." in detail
        assert "title, description, done" in detail
        assert "commas, semicolons or tabs" in detail


@pytest.mark.parametrize(
    ("cell", "due"),
    [
        ("30.11.2026", "2026-11-30"),
        ("1.2.2026", "2026-02-01"),
        ("11/30/2026", "2026-11-30"),
        ("30/11/2026", "2026-11-30"),
        ("2/2/2026", "2026-02-02"),
        ("2026/2/1", "2026-02-01"),
        (" 2026-11-30 ", "2026-11-30"),
        ("2026-11-30T17:00:00+01:00", "2026-11-30T17:00:00+01:00"),
        ("2026-11-30 00:00:00", "2026-11-30"),
        ("30.11.2026 0:00", "2026-11-30"),
        ("30-Nov-2026", "2026-11-30"),
        ("1 may 2026", "2026-05-01"),
        ('"Monday, November 30, 2026"', "2026-11-30"),
    ],
)
def test_a_day_is_read_if_only_one_can_be_meant(miguel: TestClient, cell: str, due: str) -> None:
    assert [task["due"] for task in imported(miguel, f"title,due\nRest,{cell}\n")] == [due]


def test_a_cell_that_repeats_itself_is_explained_like_any_other(miguel: TestClient) -> None:
    line, detail = explained(miguel, f"title,due\nRest,2026-11-30{2000 * ' 0:00'}\n")
    assert line == 2
    assert "write a day as 2026-11-30" in detail


@pytest.mark.parametrize(
    ("column", "cell", "wanted"),
    [
        ("due", "11/10/2026", "write 2026-11-10 or 2026-10-11"),
        ("due", "30.2.2026", "no such day"),
        ("due", "11/30/26", "write a day as 2026-11-30"),
        ("due", "30-Nov-26", "write a day as 2026-11-30"),
        ("due", "30-Okt-2026", "no such month"),
        ("due", "31 June 2026", "no such day"),
        ("due", "2026-11-30 17:00:00", "or an instant as"),
        ("due", "11/10/2026 00:00", "write 2026-11-10 or 2026-10-11"),
        ("priority", "2.5", "write a whole number"),
        ("due", "46356", "write a day as 2026-11-30"),
        ("due", "30.11.2026 17:00", "or an instant as"),
        ("done", "WAHR", "write true or false"),
        ("done", "x", "write true or false"),
        ("priority", "high", "write a whole number"),
        ("created_at", "24.11.2026 09:00", "write an instant"),
        ("labels", '"home, shop"', "each label on a line of its own"),
        ("labels", "home; shop", "each label on a line of its own"),
    ],
)
def test_what_may_mean_several_things_is_explained(
    miguel: TestClient, column: str, cell: str, wanted: str
) -> None:
    line, detail = explained(miguel, f'title,{column}\nWork,\n"a\nb",{cell}\n')
    assert line == 3
    assert detail.startswith(f"The column {column} has ")
    assert cell.strip('"') in detail
    assert wanted in detail
    assert everything(miguel) == []


def test_a_quotation_mark_that_is_wrong_is_explained(miguel: TestClient) -> None:
    line, detail = explained(miguel, 'title,description\nRest,"open\nWork,x\n')
    assert (line, "none closes it before the file ends" in detail) == (2, True)
    for separator in ",;\t":
        table = 'title,description\nRest,"5" pipe"\n'.replace(",", separator)
        assert "write each quotation mark twice" in explained(miguel, table)[1]


def test_a_whole_number_may_have_a_decimal_point(miguel: TestClient) -> None:
    [first, second] = imported(miguel, "title;priority\nRest;2.0\nWork;1,0\n")
    assert (first["priority"], second["priority"]) == (2, 1)


def test_a_long_cell_is_not_repeated_whole(miguel: TestClient) -> None:
    assert len(explained(miguel, f"title,done\nRest,{'x' * 5000}\n")[1]) < 200


def test_every_unclear_cell_of_a_row_is_told(miguel: TestClient) -> None:
    answer = bring(miguel, "title,done,priority\nRest,x,y\n", CSV)
    assert faults(answer) == [(2, "/done"), (2, "/priority")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_labels_survive_other_line_ends(
    miguel: TestClient, susan: TestClient, line_end: str
) -> None:
    labels: list[list[str]] = [["home", "shop"], ["a, b"], ["a;b", "c"], ["=x"], [], ["one"]]
    for some in labels:
        miguel.post("/tasks", json={"title": "x", "labels": some})
    file = export(miguel, CSV).text.replace("\r\n", "\n").replace("\n", line_end)
    assert [task["labels"] for task in imported(susan, file)] == labels


def saved_by_excel(table: bytes) -> str:
    """Return a table as Excel saves it: of a long number it keeps what it shows."""
    rows = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    saved = io.StringIO(newline="")
    csv.writer(saved).writerows(
        [f"{int(cell):.5E}" if re.fullmatch("[0-9]{12,}", cell) else cell for cell in row]
        for row in rows
    )
    return saved.getvalue()


def test_a_table_comes_back_from_excel_with_its_ids(miguel: TestClient, susan: TestClient) -> None:
    into = miguel.post("/lists", json={"name": "Move"}).json()["list"]["id"]
    parent = miguel.post("/tasks", json={"title": "Pack", "list_id": into}).json()["task"]
    part = {"title": "Books", "list_id": into, "parent_id": parent["id"]}
    assert miguel.post("/tasks", json=part).status_code == 201
    table = miguel.get("/tasks/export?format=csv&bom=true").content
    assert f"'{parent['id']}".encode() in table
    pack, books = imported(susan, saved_by_excel(table))
    assert (pack["title"], books["parent_id"]) == ("Pack", pack["id"])


@pytest.mark.parametrize("written", ["6.31078E+15", "6,31078E+15", "6E+15", "6.31077711170764e15"])
def test_a_number_that_a_spreadsheet_has_rounded_is_no_id(miguel: TestClient, written: str) -> None:
    line, detail = explained(miguel, f"id;title\n{written};Rest\n")
    assert line == 2
    assert f'The column id has "{written}": a spreadsheet has rounded it' in detail
    assert "bom=true" in detail


def plain(text: str) -> str:
    """Return what a cell of LibreOffice can hold of a text: no tabs, and one kind of line end."""
    return text.replace("\r\n", "\n").replace("\t", " ")


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_table_comes_back_from_libreoffice_as_it_was(
    miguel: TestClient, susan: TestClient, tmp_path: Path, separator: str
) -> None:
    if shutil.which("soffice") is None:
        lack("LibreOffice")
    given = [{**task, "description": plain(task.get("description", ""))} for task in TASKS[:5]]
    tasks = [miguel.post("/tasks", json=task).json()["task"] for task in given]
    table = tmp_path / "tasks.csv"
    table.write_bytes(miguel.get("/tasks/export?format=csv&bom=true").content)
    # Comma and quotation mark, UTF-8, from the first line, columns as usual; saved as shown.
    options = "44,34,76,1,,0,false,true,false"
    saved = f"{ord(separator)},34,76,1,,0,false,true,false"
    for file, form in ((table, "ods"), (tmp_path / "tasks.ods", "csv")):
        filters = {
            "ods": ["--infilter=Text - txt - csv (StarCalc):" + options, "--convert-to", "ods"],
            "csv": ["--convert-to", "csv:Text - txt - csv (StarCalc):" + saved],
        }
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = ["soffice", profile, "--headless", *filters[form], "--outdir", str(tmp_path)]
        subprocess.run([*command, str(file)], check=True, capture_output=True, timeout=120)
    came_back = imported(susan, table.read_bytes())
    assert [lasting(task) for task in came_back] == [lasting(task) for task in tasks]
