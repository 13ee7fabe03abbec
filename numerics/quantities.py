"""What the fields of values are called: in words, as symbols, and in which units they are.

One table, from which everything takes its names that shows values: their `repr`, their tables,
data sets, and axes of plots.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["UNITS", "Quantity", "quantity"]

UNITS = "energies and frequencies in epsilon_F, momenta in k_F, hbar = k_B = 1"
#: Units as symbols, in plain letters, and for Matplotlib.
_PLAIN = {"ε": "epsilon", "³": "**3", "²": "**2", "₀": "_0"}
_LATEX = {"ε_F": r"\varepsilon_\mathrm{F}", "k_F": r"k_\mathrm{F}", "³": "^3", "²": "^2"}


class Quantity(NamedTuple):
    """A quantity: its name in words, its symbol in two forms, and its unit."""

    words: str
    symbol: str
    latex: str
    unit: str = ""

    @property
    def plain_unit(self) -> str:
        """The unit in plain letters; "1" where there is none."""
        found = self.unit
        for sign, letters in _PLAIN.items():
            found = found.replace(sign, letters)
        return found or "1"

    @property
    def latex_unit(self) -> str:
        """The unit for Matplotlib and TeX."""
        found = self.unit
        for sign, command in _LATEX.items():
            found = found.replace(sign, command)
        return found

    @property
    def label(self) -> str:
        """What an axis is labelled with: words, and the symbol in units."""
        over = f"/{self.latex_unit}" if self.unit else ""
        if not self.latex:
            return f"{self.words} (${self.latex_unit}$)" if self.unit else self.words
        return f"{self.words} ${self.latex}{over}$"


_ENERGY, _MOMENTUM = "ε_F", "k_F"
_INTERACTION = Quantity("interaction strength", "1/(k_F a_s)", r"(k_\mathrm{F}a_s)^{-1}")
_GAP = Quantity("order parameter", "Δ₀", r"\Delta_0", _ENERGY)
_MU = Quantity("chemical potential", "μ", r"\mu", _ENERGY)
_BATH_MU = Quantity("potential of the bath", "μ_b", r"\mu_\mathrm{b}", _ENERGY)
_WAVE = Quantity("wave number", "q", "q", _MOMENTUM)
_OMEGA = Quantity("frequency", "ω", r"\omega", _ENERGY)
_RATIO = Quantity("decay rate", "γ_v/γ_b", r"\gamma_\mathrm{v}/\gamma_\mathrm{b}")
#: By the names of fields; what is not here is a number without a unit, called by its name.
_KNOWN = {
    "inv_kfa": _INTERACTION,
    "gamma_b": Quantity("rate of the bath", "γ_b", r"\gamma_\mathrm{b}", _ENERGY),
    "gamma_v": Quantity("decay rate", "γ_v", r"\gamma_\mathrm{v}", _ENERGY),
    "temperature": Quantity("temperature", "T", "T", _ENERGY),
    "cutoff": Quantity("cutoff", "p_c", r"p_\mathrm{c}", _MOMENTUM),
    "gap": _GAP,
    "mu": _MU,
    "mu_b": _BATH_MU,
    "edge": Quantity("edge", "μ_b - μ", r"\mu_\mathrm{b} - \mu", _ENERGY),
    "tilt": Quantity("tilt of the potentials", "(μ_e - μ_h)/2", r"\delta\mu", _ENERGY),
    "lowest_excitation": Quantity("lowest excitation energy", "E", "E", _ENERGY),
    "linewidth": Quantity("linewidth", "γ", r"\gamma", _ENERGY),
    "drive": Quantity("rate of the drive", "γ", r"\gamma", _ENERGY),
    **{
        f"M{at}": Quantity("element of M", f"M_{at}", f"M_{{{at}}}", "k_F³/ε_F")
        for at in ("11", "12", "21", "22")
    },
    "number": Quantity("density", "N", "N", "k_F³"),
    "q": _WAVE,
    "omega": _OMEGA,
    "frequencies": Quantity("frequencies", "ω_q", r"\omega_q", _ENERGY),
    "largest": Quantity("largest frequency", "ω", r"\omega", _ENERGY),
    "slopes": Quantity("group velocity", "dω/dq", r"d\omega/dq", "ε_F/k_F"),
    "rate": Quantity("growth rate", "Im ω", r"\mathrm{Im}\,\omega", _ENERGY),
    "ratio": _RATIO,
    "ratios": _RATIO,
    "end": Quantity("end of the branch", "γ_v", r"\gamma_\mathrm{v}", _ENERGY),
    "alpha": Quantity("coefficient", "α", r"\alpha", "k_F³/ε_F"),
    "beta": Quantity("coefficient", "β", r"\beta", "k_F/ε_F"),
    "eta": Quantity("coefficient", "η", r"\eta", "k_F³/ε_F²"),
    "zeta": Quantity("coefficient", "ζ", r"\zeta", "k_F³/ε_F³"),
    "masses": Quantity(
        "masses of electrons and holes", "(m_e, m_h)", r"(m_\mathrm{e}, m_\mathrm{h})"
    ),
    "binding": Quantity("binding energy", "E_b", r"E_\mathrm{b}", _ENERGY),
    "detuning": Quantity("detuning", "δ", r"\delta", _ENERGY),
    "loss": Quantity("loss", "κ", r"\kappa", _ENERGY),
    "Bands.ratio": Quantity("ratio of the masses", "m_h/m_e", r"m_\mathrm{h}/m_\mathrm{e}"),
    "Reservoir.rate": Quantity("rate", "γ", r"\gamma", _ENERGY),
    "StabilityLine.end": Quantity("end of the branch", "end", ""),
}


def quantity(name: str, kind: str = "") -> Quantity:
    """Return the quantity in a field, or of a parameter by its path.

    Parameters
    ----------
    name : str
        The field, or a path such as "reservoirs.lead.mu", which is about one of several.
    kind : str
        The name of the type that has the field, where it has a meaning of its own there.

    Examples
    --------
    >>> quantity("gap").unit, quantity("reservoirs.lead.mu").words, quantity("count").plain_unit
    ('ε_F', 'chemical potential of lead', '1')
    >>> quantity("bands.ratio").words, quantity("reservoirs.bath.rate.holes").words
    ('ratio of the masses', 'rate of holes of bath')
    """
    *path, last = name.split(".")
    if path[:1] == ["bands"]:
        kind = "Bands"
    if path[:1] == ["reservoirs"]:
        kind = "Reservoir"
        if path[-1] == "rate":
            # of one kind of carriers
            rate = _KNOWN["Reservoir.rate"]
            return rate._replace(words=f"{rate.words} of {last} of {path[1]}")
    found = _KNOWN.get(f"{kind}.{last}", _KNOWN.get(last))
    if found is None:
        return Quantity(last.replace("_", " "), last, "")
    if len(path) > 1:
        found = found._replace(words=f"{found.words} of {path[-1]}")
    return found
