"""Tables: which hold data, which only place things, and data as rows of cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.text.html_column import Block

_WIDEST_SPAN = 100  # browsers allow 1,000; a page that says so would fill memory with empty cells
_MOST_COLUMNS = 200  # that taller cells can cover; work on a hostile table stays in proportion to its size
_ROOM_IN_A_CELL = 40  # blocks; a "cell" with more is a column of the page
_FEWEST = 2  # rows, and cells in a row, that make a table of data


@dataclass(slots=True)
class Cell:
    """One cell as the page declares it."""

    blocks: list[Block]
    columns: int = 1
    rows: int = 1

    def words(self) -> str:
        """Return what the cell says, on one line."""
        lines = (line.lstrip("# ") if block.level else line for block in self.blocks for line in block.lines)
        return "<br>".join(line.strip() for line in lines)


@dataclass(slots=True)
class Table:
    """The rows of a table while it is read."""

    places_things: bool = False  # declared so, or it holds another table
    rows: list[list[Cell]] = field(default_factory=list)

    def holds_data(self) -> bool:
        """Tell whether rows and columns mean something: two of each, and no cell that is a page by itself."""
        if self.places_things:
            return False
        filled = [count for row in self.rows if (count := sum(bool(cell.blocks) for cell in row))]
        if len(filled) < _FEWEST or max(filled) < _FEWEST:
            return False
        return all(len(cell.blocks) <= _ROOM_IN_A_CELL for row in self.rows for cell in row)

    def lines(self) -> list[str]:
        """Return the rows as lines of Markdown, the first followed by the line that makes it a table."""
        grid = [row for row in _grid(self.rows) if any(row.values())]
        columns = sorted({at for row in grid for at, words in row.items() if words})
        first, *others = (_row([row.get(at, "") for at in columns]) for row in grid)
        return [first, _row(["---"] * len(columns)), *others]


def span(value: str | None) -> int:
    """Return how many columns or rows a cell covers."""
    digits = (value or "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return 1
    return max(1, min(int(digits[:6]), _WIDEST_SPAN))


def _grid(rows: list[list[Cell]]) -> list[dict[int, str]]:
    """Return the words of each cell by the column in which it begins, row by row."""
    covered: dict[int, int] = {}  # column -> rows below that a taller cell still covers
    grid: list[dict[int, str]] = []
    for row in rows:
        words: dict[int, str] = {}
        taller: dict[int, int] = {}
        at = 0
        for cell in row:
            while covered.get(at):
                at += 1
            words[at] = cell.words()
            if cell.rows > 1:
                taller.update(dict.fromkeys(range(at, min(at + cell.columns, _MOST_COLUMNS)), cell.rows - 1))
            at += cell.columns
        covered = {column: left - 1 for column, left in covered.items() if left > 1}
        covered.update(taller)
        grid.append(words)
    return grid


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
