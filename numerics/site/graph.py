"""The graph of what rests on what as a drawing: an equation is to the right of its premises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter

from numerics.report.data import Equation
from numerics.report.markup import Html, element
from numerics.report.sections import MARKS

#: Distances of columns and rows, and the radius of an equation.
_COLUMN, _ROW, _RADIUS = 62.0, 40.0, 15.0
#: How often equations are moved next to those that they are linked with.
_SWEEPS = 24


def columns(graph: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return what stands above each other: each as far to the left as its premises allow.

    Within a column the order is that of the mean places of neighbours, which lets few lines cross.

    Parameters
    ----------
    graph : mapping
        Premises by equation.

    Examples
    --------
    >>> columns({"1": [], "2": [], "3": ["2"], "4": ["3", "1"]})
    [['1', '2'], ['3'], ['4']]
    """
    level: dict[str, int] = {}
    for one in TopologicalSorter(graph).static_order():
        level[one] = 1 + max((level[premise] for premise in graph.get(one, ())), default=-1)
    found = [
        [n for n in graph if level[n] == k] for k in range(max(level.values(), default=-1) + 1)
    ]
    linked: dict[str, list[str]] = {n: list(graph[n]) for n in graph}
    for one, needed in graph.items():
        for premise in needed:
            linked[premise].append(one)
    for _ in range(_SWEEPS):
        place = {n: row for column in found for n, row in zip(column, _rows(column), strict=True)}
        for column in found:
            means = {n: _mean([place[m] for m in linked[n]], place[n]) for n in column}
            column.sort(key=lambda n: means[n])
            place |= dict(zip(column, _rows(column), strict=True))
    return found


def _rows(column: Sequence[str]) -> list[float]:
    """Return the rows of a column around the middle."""
    return [k - 0.5 * (len(column) - 1) for k in range(len(column))]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def drawing(
    graph: Mapping[str, Sequence[str]],
    equations: Mapping[str, Equation],
    where: Mapping[str, str],
) -> Html:
    """Return the graph as SVG within a box that it can be scrolled in.

    Parameters
    ----------
    graph : mapping
        Premises by equation.
    equations : mapping
        What is shown of each.
    where : mapping
        Where a click on each leads.
    """
    placed = columns(graph)
    highest = max(len(column) for column in placed)
    place = {
        n: ((k + 0.5) * _COLUMN, (row + 0.5 * highest) * _ROW)
        for k, column in enumerate(placed)
        for n, row in zip(column, _rows(column), strict=True)
    }
    lines = [_line(premise, n, place) for n, needed in graph.items() for premise in needed]
    nodes = [_node(equations[n], place[n], where[n]) for n in graph]
    width, height = len(placed) * _COLUMN, highest * _ROW
    svg = element(
        "svg",
        element("g", lines, class_="lines"),
        nodes,
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="group",
        aria_label="What each equation rests on",
    )
    statuses = dict.fromkeys(equations[n].verdict for n in graph)
    legend = [
        element("li", element("span", class_=f"key {_class(s)}"), f" {s}")
        for s in MARKS
        if s in statuses
    ]
    box = element("div", svg, class_="graph", tabindex="0", role="region", aria_label="Graph")
    return Html(box + element("ul", legend, class_="legend"))


def _line(start: str, end: str, place: Mapping[str, tuple[float, float]]) -> Html:
    (x, y), (u, v) = place[start], place[end]
    bend = 0.5 * (u - x)
    path = f"M{x:g} {y:g}C{x + bend:g} {y:g} {u - bend:g} {v:g} {u:g} {v:g}"
    return element("path", d=path, data_from=start, data_to=end)


def _node(equation: Equation, place: tuple[float, float], where: str) -> Html:
    x, y = place
    title = f"({equation.id}) {equation.title}: {equation.verdict}"
    return element(
        "a",
        element("title", title),
        element("circle", cx=f"{x:g}", cy=f"{y:g}", r=f"{_RADIUS:g}"),
        element("text", equation.id, x=f"{x:g}", y=f"{y:g}", dy=".35em"),
        href=where,
        class_=f"node {_class(equation.verdict)}",
        data_id=equation.id,
    )


def _class(verdict: str) -> str:
    return verdict.split(",", maxsplit=1)[0].split(" ", maxsplit=1)[0]
