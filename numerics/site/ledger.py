"""The pages of the ledger: every numbered equation, its derivation, its check and its graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from derive.hanai2017 import ledger as paper
from numerics.report.data import Derivation, Equation, ReportData
from numerics.report.sections import MARKS, evidence
from numerics.site.graph import drawing
from numerics.site.markdown import Page, link, place, plain, toctree

Steps = Callable[[str], Derivation]

_INTRODUCTION = """\
# The ledger

Each numbered equation of the paper is a SymPy object that is compared with what the project derives
and computes with. *Proved* means that both sides agree identically; a number is compared with its
own error bound, a limit with the order of convergence that theory gives. The checks were made with
this site. On a terminal, `nambu derive 72` prints an equation with its check, made anew.
"""
_GRAPH = """\
## What rests on what

An equation stands to the right of all that its derivation rests on. Point at one, or move to it
with the keyboard, to see only what it needs and what needs it; a click leads to its derivation.
"""


def pages(data: ReportData, steps: Steps) -> Iterator[Page]:
    """Yield the page with the graph and the list, and a page for each section of the paper.

    Parameters
    ----------
    data : ReportData
        The checked equations.
    steps : callable
        Gives the derivation of an equation by its number.
    """
    found = {equation.id: equation for equation in data.equations}
    sections = {
        title: [found[record.id] for record in records if record.id in found]
        for title, records in paper().sections.items()
    }
    stems = {title: _stem(title) for title in sections}
    counts = Counter(equation.verdict for equation in data.equations)
    summary = "; ".join(f"{MARKS[s]} {counts[s]} {s}" for s in MARKS if counts[s])
    where = {
        e.id: f"ledger/{stems[t]}.html#{place(e.id)}" for t, es in sections.items() for e in es
    }
    graph = {n: needed for n, needed in paper().graph().items() if n in found}
    parts = [_INTRODUCTION, f"{len(found)} equations: {summary}.", "", _GRAPH]
    parts += ["```{raw} html", drawing(graph, found, where), "```", ""]
    for title, equations in sections.items():
        parts += [f"## {title}", "", *_table(equations), ""]
    parts.append(toctree(*(f"ledger/{stem}" for stem in stems.values()), hidden=True))
    yield Page("ledger.md", "\n".join(parts))
    users = {n: [user for user, needed in graph.items() if n in needed] for n in graph}
    for title, equations in sections.items():
        lines = [f"# {title}", ""]
        for equation in equations:
            lines += _entry(equation, users[equation.id], found, steps)
        yield Page(f"ledger/{stems[title]}.md", "\n".join(lines))


def _stem(title: str) -> str:
    """Return the name of the file of a section: "appendix_a", "ii"."""
    return title.split(".")[0].lower().replace(" ", "_")


def _table(equations: Sequence[Equation]) -> Iterator[str]:
    yield "| | equation | kind | status |"
    yield "|---|---|---|---|"
    for e in equations:
        status = f"{MARKS[e.verdict]} {e.verdict}"
        yield f"| {link(e.id)} | {plain(e.title)} | {e.kind} | {status} |"


def _entry(
    equation: Equation, users: Sequence[str], known: dict[str, Equation], steps: Steps
) -> Iterator[str]:
    """Yield the lines of one equation."""
    yield f"({place(equation.id)})="
    yield f"## ({equation.id}) {plain(equation.title)}\n"
    kind = "" if equation.kind == equation.verdict else f"{equation.kind}; "
    yield f"{kind}{MARKS[equation.verdict]} **{equation.verdict}**\n"
    if equation.printed:
        yield f"As printed:\n\n{_formula(equation.printed)}\nCorrected:\n"
    yield _formula(equation.latex)
    for words in (equation.failure, equation.note):
        if words:
            yield f"{plain(words, known)}\n"
    if users:
        yield f"Used for {', '.join(link(number) for number in users)}.\n"
    for number, (text, latex) in enumerate(steps(equation.id).steps, start=1):
        if number == 1:
            yield "**Derivation**\n"
        yield f"{number}. {plain(text, known)}\n"
        if latex:
            yield "\n".join(f"   {line}" for line in _formula(latex).splitlines()) + "\n"
    if words := evidence(equation):
        yield f"**Check:** {plain(words)}.\n"


def _formula(latex: str) -> str:
    return f"$$\n{latex}\n$$\n" if latex else ""
