"""The figures as data URIs: read from a folder of `nambu reproduce`, or drawn."""

from __future__ import annotations

import base64
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numerics.figures.jobs import JOBS, FigureJob
from numerics.report.data import Picture

#: A vector drawing larger than this is shown as pixels.
_HEAVIEST = 300_000
#: Grids that suffice to see what a figure shows; `nambu reproduce` has finer ones.
_COARSE: dict[str, dict[str, Any]] = {
    "fig04": {"points": 25},
    "fig06": {"points": 12},
    "fig08": {"points": 31},
    "fig13": {"points": 24},
    "fig14": {"points": 40},
    "limit_orders": {"points": 5},
    "temperature": {"points": 5},
    "polaritons": {"points": 5},
    "mass_ratio": {"lines": (("A", 1.0),)},
    "film_diagram": {"points": 5},
}
_ALTS = {
    "fig04": "Curves of the order parameter falling from its equilibrium value to zero as the "
    "decay rate grows to about the pumping rate, one curve for each momentum cutoff.",
    "fig05": "Phase diagram: decay rate, logarithmic, against interaction strength. Below the "
    "boundaries A, B and C the condensate is stable, between them and the normal phase unstable.",
    "fig06": "Dispersion of the collective mode and the static determinant against the wave "
    "number, for decay rates around boundary A on the BEC side and boundary B on the BCS side.",
    "fig07": "Real and imaginary part of the determinant against the wave number, touching zero "
    "at boundary C.",
    "fig08": "Coefficients alpha_11 and beta_22 falling through zero as the decay rate grows, and "
    "the lines of these zeros in the phase diagram, that of beta_22 folded on the BEC side.",
    "fig09": "Maps of the occupied spectral weight over momentum and frequency: with decay the "
    "upper branch is occupied too, without it only the lower one.",
    "fig13": "Maps of the imaginary part of the amplitude's response over wave number and "
    "frequency, between and within the quasiparticle branches, with decay and without.",
    "fig14": "Maps of the amplitude's spectrum over wave number and frequency, with the "
    "intra-band part and without.",
    "crossover": "Order parameter and chemical potential in equilibrium against the interaction "
    "strength, with the BCS and the BEC limit.",
    "limit_orders": "Coefficients along the boundaries A and B in both orders of the limits of "
    "small wave number and small linewidth: the curves differ.",
    "temperature": "Decay rates, wave numbers and frequencies of the boundaries of stability "
    "against the temperature of the bath, for four interaction strengths.",
    "growth_map": "Maps over the phase diagram of the growth rate, the wave number and the "
    "frequency of the fastest growing mode.",
    "mass_ratio": "Decay rates and wave numbers of the boundaries of stability against the ratio "
    "of the masses: on the BCS side rising by five beyond a ratio of five, with C in two parts "
    "that end where its mode is static, at unitarity turning back twice near four, on the BEC side "
    "falling to a minimum at two and rising beyond.",
    "film_diagram": "Boundaries of stability in two dimensions over the binding energy, which fall "
    "from one fiftieth of the bath's rate to one thousandth: first that of a moving mode, then "
    "those of static ones; the condensate ends where decay and bath are about as fast.",
    "polaritons": "Stability of a driven condensate of carriers and photons over detuning and "
    "photon loss: stable at small losses and next to the laser limit at large detunings, unstable "
    "between; the gain of photons against their wave number; the Goldstone mode, which diffuses at "
    "small wave numbers and moves at larger ones.",
}


def is_there(job: FigureJob, folder: Path) -> bool:
    """Return whether a folder has both pictures of a figure."""
    return all((folder / f"{job.name}.{kind}").is_file() for kind in ("png", "svg"))


def read(job: FigureJob, folder: Path) -> Picture:
    """Return a figure that was drawn before."""
    png, svg = ((folder / f"{job.name}.{kind}").read_bytes() for kind in ("png", "svg"))
    return _picture(job, png, svg)


def draw(name: str, full: bool, given: Mapping[str, Any] | None = None) -> Picture:
    """Compute and draw a figure; what goes wrong is told in its place.

    Parameters
    ----------
    name : str
        The figure.
    full : bool
        Whether on the finer grid of `nambu reproduce --full`.
    given : mapping, optional
        Further arguments of its module's `compute`.
    """
    job = job_of(name)
    module = importlib.import_module(f"numerics.figures.{job.module}")
    arguments = dict(job.full if full else _COARSE.get(name, job.quick))
    try:
        return drawn(name, module.compute(**arguments, **(given or {})))
    except Exception as error:
        return _picture(job, failure=f"{type(error).__name__}: {error}")


def drawn(name: str, data: Any) -> Picture:
    """Return a figure of computed numbers."""
    from numerics.figures.files import picture_bytes

    job = job_of(name)
    module = importlib.import_module(f"numerics.figures.{job.module}")
    figure = module.draw(data)
    found = picture_bytes(figure)
    return _picture(job, found["png"], found["svg"])


def job_of(name: str) -> FigureJob:
    """Return the job of a figure."""
    return next(job for job in JOBS if job.name == name)


def _picture(job: FigureJob, png: bytes = b"", svg: bytes = b"", failure: str = "") -> Picture:
    doc = importlib.import_module(f"numerics.figures.{job.module}").__doc__ or job.title
    caption = " ".join(doc.split("\n\n")[0].split())
    vector = len(svg) <= min(_HEAVIEST, len(png))
    kind, content = ("svg+xml", svg) if vector else ("png", png)
    uri = "" if failure else f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return Picture(job.name, job.title, caption, _ALTS.get(job.name, caption), uri, failure)
