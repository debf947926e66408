"""The report as files that spreadsheet programs open.

Names and titles are other people's words: in neither file can they become a formula.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from typing import Any

from newsapp.newsroom.tables import Book, Cell, Kind, Table

NOTHING = "–"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SHEET_NAME_MAX = 31
_PORTRAIT_COLUMNS = 5
_A4 = 9
_UTF8_MARK = "\ufeff"


def to_csv(made: Book) -> bytes:
    """The tables one below the other: UTF-8 with its mark, commas, CRLF.

    Numbers are bare, with a point as their decimal sign, and moments are ISO 8601 without zone.
    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([_harmless(line)] for line in (made.title, *made.about))
    for table in made.tables:
        writer.writerow([])
        writer.writerow([_harmless(table.name)])
        writer.writerow([_harmless(head.label) for head in table.heads])
        for row in _with_total(table):
            writer.writerow([_written(cell) for cell in row])
    return (_UTF8_MARK + out.getvalue()).encode()


def _with_total(table: Table) -> tuple[tuple[Cell, ...], ...]:
    return table.rows if table.total is None else (*table.rows, table.total)


def _written(cell: Cell) -> str | int | Decimal:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if cell is None:
        return NOTHING
    return _harmless(cell) if isinstance(cell, str) else cell


def _harmless(text: str) -> str:
    """Spreadsheets run what begins like a formula, wherever the file came from."""
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text


def to_xlsx(made: Book) -> bytes:
    """A workbook with one sheet for each table. Text is written as text, never as a formula."""
    # The library takes longer to load than most pages take to make: only a download pays for it.
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it has no types

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": made.title})
        styles = _Styles(workbook)
        for table in made.tables:
            _sheet(workbook, styles, made, table)
    return out.getvalue()


_NUMBERS = {
    Kind.NUMBER: "#,##0",
    Kind.CHANGE: "+#,##0;-#,##0;0",
    Kind.PERCENT: "+0.0;-0.0;0.0",
    Kind.MOMENT: "dd/mm/yyyy hh:mm",
}


class _Styles:
    """The formats of a workbook; ``row`` and ``total`` hold one for each kind of column."""

    def __init__(self, workbook: Any) -> None:
        self.title = workbook.add_format({"bold": True, "font_size": 14})
        self.head = workbook.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        self.row = {kind: workbook.add_format(_shape(kind)) for kind in Kind}
        bold = {"bold": True, "top": 1}
        self.total = {kind: workbook.add_format({**_shape(kind), **bold}) for kind in Kind}


def _shape(kind: Kind) -> dict[str, object]:
    number = _NUMBERS.get(kind)
    return {"valign": "top", **({"num_format": number} if number else {"text_wrap": True})}


def _sheet(workbook: Any, styles: _Styles, made: Book, table: Table) -> None:
    sheet = workbook.add_worksheet(table.name[:_SHEET_NAME_MAX])
    sheet.set_paper(_A4)
    if len(table.heads) > _PORTRAIT_COLUMNS:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, made.title, styles.title)
    for line, text in enumerate(made.about, 1):
        sheet.write_string(line, 0, text)
    top = len(made.about) + 2
    sheet.repeat_rows(top)
    for column, head in enumerate(table.heads):
        sheet.set_column(column, column, head.width)
        sheet.write_string(top, column, head.label, styles.head)
    for line, row in enumerate(_with_total(table)):
        look = styles.row if line < len(table.rows) else styles.total
        for column, (head, cell) in enumerate(zip(table.heads, row, strict=True)):
            _put(sheet, top + 1 + line, column, cell, look[head.kind])


def _put(sheet: Any, row: int, column: int, cell: Cell, look: object) -> None:
    if isinstance(cell, datetime):
        # A spreadsheet knows no zones: it gets the wall time.
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), look)
    elif isinstance(cell, str) or cell is None:
        sheet.write_string(row, column, NOTHING if cell is None else cell, look)
    else:
        sheet.write_number(row, column, cell, look)
