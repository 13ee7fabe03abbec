"""The gallery: every figure that `nambu reproduce` draws, with the code that draws it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numerics.figures
from numerics.figures.jobs import JOBS, FigureJob
from numerics.report.data import Picture, ReportData
from numerics.report.markup import element
from numerics.site.markdown import Page, plain, toctree

_INTRODUCTION = """\
# Figures

Every figure that `nambu reproduce` draws, each with its code. A figure's module in
`numerics.figures` computes numbers, `compute`, and draws them, `draw`.
"""


def pages(data: ReportData, folder: Path) -> Iterator[Page]:
    """Yield the gallery and a page for each figure; their pictures are written into a folder.

    Parameters
    ----------
    data : ReportData
        The figures.
    folder : Path
        What is copied into the site as it is.
    """
    settings = data.settings
    how = "drawn for this site, " + ("on the finer grids" if settings.full else "on coarse grids")
    if settings.reused:
        how = "taken from a folder of `nambu reproduce`, as they were there"
    jobs = {job.name: job for job in JOBS}
    cards = []
    for picture in data.pictures:
        source = "" if picture.failure else _written(picture, folder / "pictures")
        yield Page(f"gallery/{picture.name}.md", _figure(picture, jobs[picture.name], source))
        cards.append(_card(picture, source))
    grid = element("div", cards, class_="cards")
    names = [f"gallery/{picture.name}" for picture in data.pictures]
    text = [_INTRODUCTION, f"They were {how}.", "", "```{raw} html", grid, "```", ""]
    yield Page("gallery.md", "\n".join((*text, toctree(*names, hidden=True))))


def _written(picture: Picture, folder: Path) -> str:
    """Write a picture into a file; return its name."""
    kind, content = picture.uri.removeprefix("data:image/").split(";base64,")
    name = f"{picture.name}.{kind.removesuffix('+xml')}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(base64.b64decode(content))
    return name


def _card(picture: Picture, source: str) -> str:
    image = element("img", src=f"pictures/{source}", alt=picture.alt, loading="lazy")
    shown = image if source else element("span", picture.failure, class_="failure")
    title = element("span", _title(picture))
    return element("a", shown, title, class_="card", href=f"gallery/{picture.name}.html")


def _title(picture: Picture) -> str:
    return picture.title[:1].upper() + picture.title[1:]


def _figure(picture: Picture, job: FigureJob, source: str) -> str:
    module = Path(numerics.figures.__file__).with_name(f"{job.module}.py")
    shown = plain(picture.failure)
    if source:
        image = element("img", src=f"../pictures/{source}", alt=picture.alt)
        shown = f"```{{raw}} html\n{element('p', image, class_='picture')}\n```\n"
    arguments = ", ".join(f"{name}={value!r}" for name, value in job.quick.items())
    lines = [
        f"# {plain(_title(picture))}\n",
        shown,
        f"{plain(picture.caption)}\n",
        "As `nambu reproduce` draws it:\n",
        "```python",
        f"from numerics.figures import {job.module}",
        "",
        f"data = {job.module}.compute({arguments})",
        f'{job.module}.draw(data).savefig("{job.name}.svg")',
        "```\n",
        f"## Its code\n\n`numerics/figures/{job.module}.py`:\n",
        "`````python",
        module.read_text(encoding="utf-8"),
        "`````\n",
    ]
    return "\n".join(lines)
