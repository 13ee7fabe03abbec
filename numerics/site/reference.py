"""The pages of the reference: every public name, by the room that it comes from."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Iterator, Mapping
from enum import EnumMeta
from types import ModuleType

from numerics.kept import Kept
from numerics.site.markdown import Page

#: Packages whose `__all__` is the public interface.
PACKAGES = ("numerics", "derive")
#: Modules with names of their own that documentation sends readers to, and what their pages are
#: called.
MODULES: Mapping[str, str] = {
    "numerics.kept": "What results have",
    "numerics.scans": "Scans",
    "numerics.precise": "More digits",
    "numerics.response.jax_batches": "Maps on JAX",
    "numerics.response.reference": "The slow route",
    "numerics.strategies": "Strategies for tests",
    "derive.codegen": "The code generator",
    "derive.hanai2017": "The paper",
}
#: Pages by package, and the rooms that are on each; the first page has what is in no other.
PAGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "numerics": {
        "Models and results": (),
        "Steady states": ("steady",),
        "Response": ("response",),
        "Modes and stability": ("stability",),
        "Phase diagram and checks": ("diagram", "checks"),
    },
    "derive": {
        "Models and integrands": ("model", "closed_forms"),
        "Frequency integrals": ("frequency", "functions"),
        "Code": ("codegen",),
        "The ledger": ("records", "hanai2017"),
        "Modules": (),
    },
}


def pages() -> Iterator[Page]:
    """Yield the pages of the reference."""
    for package in PACKAGES:
        yield from _package(package)
    for name in MODULES:
        yield Page(f"reference/{name}.rst", _module(name))


@functools.cache
def names(module: str) -> tuple[str, ...]:
    """Return the public names of a module: its `__all__`, or what it defines."""
    found = importlib.import_module(module)
    if hasattr(found, "__all__"):
        return tuple(sorted(found.__all__, key=str.lower))
    return tuple(
        name
        for name, value in vars(found).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isroutine(value))
        and value.__module__ == module
    )


def home(name: str, module: str = "") -> str:
    """Return where the entry of a public name is; nothing if there is none.

    Parameters
    ----------
    name : str
        Without its module.
    module : str
        Where it is looked for first.

    Examples
    --------
    >>> home("Reservoir"), home("Reservoir", "derive"), home("gap")
    ('numerics.Reservoir', 'derive.Reservoir', '')
    """
    order = [m for m in (module, *PACKAGES, *MODULES) if m in (*PACKAGES, *MODULES)]
    for place in order:
        if name in names(place) and name not in _elsewhere(place):
            return f"{place}.{name}"
    return ""


def page_of(package: str, name: str) -> str:
    """Return the title of the page that a public name of a package is on."""
    value = getattr(importlib.import_module(package), name)
    home = (value.__name__ if isinstance(value, ModuleType) else value.__module__).split(".")
    titles = PAGES[package]
    found = [title for title, rooms in titles.items() if len(home) > 1 and home[1] in rooms]
    rest = next(title for title, rooms in titles.items() if not rooms)
    return rest if isinstance(value, ModuleType) or not found else found[0]


def _package(package: str) -> Iterator[Page]:
    module = importlib.import_module(package)
    public = [name for name in names(package) if not name.startswith("__")]
    places = {name: page_of(package, name) for name in public}
    stems = {title: title.lower().replace(" ", "_") for title in PAGES[package]}
    links = [f"{package}/{stem}" for stem in stems.values()]
    modules = [name for name in MODULES if name.startswith(f"{package}.")]
    yield Page(
        f"reference/{package}.rst",
        "\n".join(
            (
                *_heading(package, "="),
                f".. py:module:: {package}",
                "",
                inspect.getdoc(module) or "",
                "",
                *_toctree([*links, *modules]),
            )
        ),
    )
    for title, stem in stems.items():
        lines = _heading(title, "=")
        lines += [f"What ``from {package} import …`` gives."]
        for name in public:
            if places[name] == title:
                lines += ["", *_entry(package, name)]
        yield Page(f"reference/{package}/{stem}.rst", "\n".join(lines))


def _module(name: str) -> str:
    """Return the page of a module of its own."""
    module = importlib.import_module(name)
    lines = [*_heading(MODULES[name], "="), f"What ``from {name} import …`` gives.", ""]
    lines += [f".. py:module:: {name}", "", inspect.getdoc(module) or ""]
    elsewhere = _elsewhere(name)
    if elsewhere:
        links = ", ".join(f"`~{place}`" for place in elsewhere.values())
        lines += ["", f"It also has {links}."]
    for public in names(name):
        if public not in elsewhere:
            lines += ["", *_entry(name, public)]
    return "\n".join(lines)


@functools.cache
def _elsewhere(module: str) -> dict[str, str]:
    """Return the public names of a module that have their entry as names of a package."""
    if module in PACKAGES:
        return {}
    own = vars(importlib.import_module(module))
    places = ((package, name) for package in PACKAGES for name in names(package))
    values = [(getattr(importlib.import_module(p), n), f"{p}.{n}") for p, n in places]
    return {
        name: place for name in names(module) for value, place in values if own.get(name) is value
    }


def _entry(package: str, name: str) -> list[str]:
    """Return the directive of a name."""
    value = getattr(importlib.import_module(package), name)
    if isinstance(value, ModuleType):
        return [*_heading(name, "-"), *_members(value, package)]
    return [f".. currentmodule:: {package}", "", *_directive(name, value)]


def _directive(name: str, value: object) -> list[str]:
    if isinstance(value, EnumMeta):
        return [f".. autoclass:: {name}", "   :members:", "   :undoc-members:"]
    if type(value).__name__ == "FunctionClass":
        return [f".. autoclass:: {name}(x, T)"]
    if inspect.isclass(value):
        bases = ["   :show-inheritance:"] if issubclass(value, Kept) else []
        return [f".. autoclass:: {name}", "   :members:", *bases]
    return [f".. autofunction:: {name}" if callable(value) else f".. autodata:: {name}"]


def _members(module: ModuleType, package: str) -> list[str]:
    """Return the directive of a module within a page, less what has an entry of its own."""
    public = vars(importlib.import_module(package)).values()
    own = [n for n, v in vars(module).items() if any(v is p for p in public)]
    lines = [f".. automodule:: {module.__name__}", "   :members:"]
    return lines + ([f"   :exclude-members: {', '.join(own)}"] if own else [])


def _heading(title: str, line: str) -> list[str]:
    return [title, line * len(title), ""]


def _toctree(entries: list[str]) -> list[str]:
    return [".. toctree::", "   :maxdepth: 1", "", *(f"   {entry}" for entry in entries), ""]
