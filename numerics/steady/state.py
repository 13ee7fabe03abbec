"""A uniform steady state of a model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from numerics.carriers import Carriers
from numerics.domain import outside
from numerics.kept import Kept
from numerics.occupation import Occupation
from numerics.parameters import Parameters, Setting
from numerics.results import Status
from numerics.steady.equations import Unknowns


@dataclass(frozen=True)
class SteadyState(Kept):
    """A uniform steady state, in units of the Fermi energy and momentum.

    Parameters
    ----------
    parameters : Parameters
        What it solves for, the cutoff included.
    gap, mu, mu_b : float
        Order parameter Delta_0, chemical potential of the condensate, and of the bath.
    edge : float
        mu_b - mu, where the occupation steps in the rotating frame, to full relative accuracy.
    residual : float
        Largest residual of the three equations, each relative to its own scale.
    number : float
        Density of electrons plus holes up to the cutoff, in units of k_F**3; 1/(3 pi**2).
        Two for each boson of a field are among them.
    error : tuple of float
        Bounds of the errors of `gap`, `mu` and `mu_b`.
    evaluations : int
        How often the equations were evaluated.
    status : Status
        "converged".
    tilt, tilt_error : float
        By how much the potentials of all reservoirs are higher for electrons and lower for holes,
        so that both are as many, and a bound of its error; zero unless the model is neutral.
    shifts : tuple of tuples of four floats
        The errors again, as they belong together: by how much gap, mu, edge and tilt are moved by
        the error of each equation.  The edge of the occupation is closer to that of the spectrum
        than both are known.
    """

    parameters: Setting
    gap: float
    mu: float
    mu_b: float
    edge: float
    residual: float
    number: float
    error: tuple[float, float, float]
    evaluations: int = field(compare=False)
    status: Status = Status.CONVERGED
    tilt: float = 0.0
    tilt_error: float = 0.0
    shifts: tuple[tuple[float, float, float, float], ...] = field(
        default=(), compare=False, repr=False
    )

    def _repr_latex_(self) -> str | None:
        from numerics.display import as_latex

        return as_latex(self)

    @property
    def paper(self) -> Parameters:
        """The parameters of the paper's model, for what is defined there only.

        Raises
        ------
        ValueError
            If the state is that of another model.
        """
        if not isinstance(self.parameters, Parameters):
            raise outside("state", self.parameters.words(), "a state of the paper's model")
        return self.parameters

    @property
    def bosons(self) -> float:
        """Density of the bosons in the field of the condensate, in powers of k_F."""
        return self.parameters.coupling.uniform(self.mu).carriers * self.gap**2 / 2

    @property
    def unknowns(self) -> Unknowns:
        """What the equations determine."""
        return Unknowns(self.gap, self.mu, self.edge, self.tilt)

    @cached_property
    def occupation(self) -> Occupation:
        """What fills the states: rates, edges and temperatures of the reservoirs."""
        return self.parameters.occupation(self.mu, self.edge)

    @cached_property
    def carriers(self) -> Carriers:
        """Electrons and holes, whose masses and rates may differ."""
        return self.parameters.carriers(self.gap, self.mu, self.edge, self.tilt)

    def coarser(self) -> SteadyState | None:
        """Return the same state with coarser occupations of the user's own, None without any."""
        model = self.parameters.coarser()
        return None if model is None else replace(self, parameters=model)

    @property
    def lowest_excitation(self) -> float:
        """The smallest quasiparticle energy E_p."""
        return Unknowns(self.gap, self.mu, self.edge).lowest_excitation
