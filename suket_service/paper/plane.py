"""Where points of a flat page lie in a picture of it: seen straight, turned or from the side. Knows no page."""

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class View:
    """A view of a plane: eight numbers ``a … h`` of (ax+by+c, dx+ey+f) / (gx+hy+1)."""

    numbers: tuple[float, ...]

    def at(self, x: float, y: float) -> Point:
        """Where that point of the plane is seen."""
        a, b, c, d, e, f, g, h = self.numbers
        depth = g * x + h * y + 1
        return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth

    def of_grid(self, left: float, top: float, per_unit: float) -> "View":
        """The same view for a grid that begins at (left, top) and has so many steps a unit."""
        a, b, c, d, e, f, g, h = self.numbers
        depth = g * left + h * top + 1
        across, down = a * left + b * top + c, d * left + e * top + f
        steps = (a / per_unit, b / per_unit, across, d / per_unit, e / per_unit, down)
        bend = (g / per_unit, h / per_unit)
        return View(tuple(number / depth for number in (*steps, *bend)))


def view(places: Sequence[Point], seen: Sequence[Point]) -> View:
    """The view that shows those four places of the plane where they were seen.

    Raises:
        ValueError: three of the four lie on one line.
    """
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(places, seen, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return View(tuple(_solved(rows)))


def crossing(corners: Sequence[Point]) -> Point:
    """Where the diagonals of a four-cornered figure meet: the middle of a square, however it is seen.

    Raises:
        ValueError: they do not.
    """
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = corners
    split = (x1 - x3) * (y2 - y4) - (y1 - y3) * (x2 - x4)
    if abs(split) < _NOTHING:
        raise ValueError("no figure")
    one, other = x1 * y3 - y1 * x3, x2 * y4 - y2 * x4
    return (
        (one * (x2 - x4) - (x1 - x3) * other) / split,
        (one * (y2 - y4) - (y1 - y3) * other) / split,
    )


_NOTHING = 1e-9


def _solved(rows: list[list[float]]) -> list[float]:
    # Gauss and Jordan, with the largest pivot of each column.
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[pivot][column]) < _NOTHING:
            raise ValueError("points on a line")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(size):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [
                    value - factor * other for value, other in zip(rows[row], rows[column], strict=True)
                ]
    return [rows[place][size] / rows[place][place] for place in range(size)]
