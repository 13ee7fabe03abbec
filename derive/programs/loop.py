"""The loop of two Green's functions over the frequency, by the poles of both in p**2.

At a fixed frequency the trace in R_st = Tr[tau_s G^R(p_+, nu + omega) tau_t G^K(p_-, nu)] is
rational in p_+**2 and p_-**2.  Partial fractions in both leave its residues at pairs of poles times
the integral of two propagators of free particles, `derive.closed_forms.pairs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sympy as sp

from derive import symbols
from derive.algebra import nambu
from derive.closed_forms.phase_column import Keldysh, on_shell_forms
from derive.closed_forms.two_bands import (
    IMBALANCE,
    SKEW,
    Poles,
    advanced_determinant,
    advanced_shift,
    middle,
    squared_root,
)
from derive.codegen.stages import Stages, StagesWithSlopes, conjugate
from derive.functions.elementary import where_less
from derive.functions.pairs import root_sum, upper_root
from derive.programs.momenta import SPACE, Momenta, Pair

#: Distances of |frequency| and of |frequency + omega| from the edge of the spectrum.
DISTANCE = sp.Symbol("distance", real=True)
TRANSFER_DISTANCE = sp.Symbol("distance_omega", real=True)
#: Mean of the two frequencies, which is as small as what is between poles that both are at.
MEAN = sp.Symbol("mean", real=True)
#: Imaginary part of omega.
GROWTH = sp.Symbol("growth", real=True)
#: What depends on omega, along its imaginary axis, on which M is as analytic as along the real one;
#: and on q.
VARIABLES = {"omega": {GROWTH: -sp.I}, "q": {symbols.wave_number: sp.S.One}}
#: The signs of two poles.
SIGNS = (1, -1)

_LETTERS = {1: "p", -1: "m"}


@dataclass(frozen=True)
class Species:
    """What tells electrons from holes.

    Parameters
    ----------
    skew, imbalance : Expr
        a = (1/m_e - 1/m_h)/4, and half the difference of the rates.
    threshold : Expr
        Edge of the spectrum from the middle of the gap, sqrt(1 - a**2) Delta_0.
    frequency : Expr
        nu - a mu.
    """

    skew: sp.Expr
    imbalance: sp.Expr
    threshold: sp.Expr
    frequency: sp.Expr

    @property
    def definitions(self) -> tuple[tuple[sp.Symbol, sp.Expr], ...]:
        """What has to be assigned first."""
        root = sp.sqrt((1 - self.skew) * (1 + self.skew))
        return ((self.threshold, symbols.gap * root),)


#: Equal masses and rates; and any.
EQUAL = Species(sp.S.Zero, sp.S.Zero, symbols.gap, symbols.nu)
GENERAL = Species(
    SKEW, IMBALANCE, sp.Symbol("threshold", positive=True), sp.Symbol("frequency", real=True)
)


def named_poles(
    stages: Stages,
    name: str,
    species: Species,
    frequency: sp.Expr,
    width: sp.Expr,
    distance: sp.Expr,
) -> Poles:
    """Name what belongs to the poles of a retarded Green's function.

    Parameters
    ----------
    stages : Stages
        Where it is assigned.
    name : str
        What it begins with.
    species : Species
    frequency, width : Expr
        From the middle of the gap; the mean rate, Im(omega) included.
    distance : Expr
        abs(frequency) less the edge of the spectrum, without cancellation.
    """
    a, assign = species.skew, stages.assign
    slope = width - a * species.imbalance
    square = squared_root(frequency, slope, distance, species.threshold)
    root = assign(f"{name}_root", upper_root(square))
    # Re r has the sign of the frequency, so that Y + r is the larger one
    rising = assign(f"{name}_up", frequency + sp.I * slope + root)
    falling = assign(f"{name}_down", species.threshold**2 / rising)
    center = assign(f"{name}_center", middle(frequency, width, species.imbalance, a))
    return Poles(root, center, rising, falling, a, symbols.gap)


@dataclass(frozen=True)
class Source:
    """A pole of G^K in p**2, and its residue there.

    Parameters
    ----------
    label : str
        What it is called.
    momentum : Expr
        The root of the pole in the upper half-plane.
    advanced : bool
        Whether it is a pole of G^A, the conjugate of one of G^R.
    sign : int
        Which of the two.
    left, right : Matrix
        The adjugates of the inverse of G^R and of G^A there.
    weight : Expr
        Residue of 1/(det A^R det A^A).
    """

    label: str
    momentum: sp.Expr
    advanced: bool
    sign: int
    left: sp.ImmutableMatrix
    right: sp.ImmutableMatrix
    weight: sp.Expr


def sources(stages: Stages, species: Species, poles: Poles) -> tuple[Source, ...]:
    """Name the four poles of G^K, two of G^R and their complex conjugates."""
    found = []
    shift = advanced_shift(imbalance=species.imbalance)
    for sign in SIGNS:
        label = f"r{_LETTERS[sign]}"
        xi = stages.assign(f"{label}_xi", poles.xi(sign))
        momentum = stages.assign(f"{label}_p", upper_root(symbols.mu + xi))
        left = poles.adjugate(sign)
        right = left + shift
        determinant = advanced_determinant(
            species.frequency, xi, imbalance=species.imbalance, skew=species.skew
        )
        weight = stages.assign(f"{label}_weight", poles.weight(sign) / determinant)
        found.append(Source(label, momentum, False, sign, left, right, weight))
    for source in tuple(found):
        left, right = (m.applyfunc(_conjugated) for m in (source.right, source.left))
        momentum, weight = -conjugate(source.momentum), conjugate(source.weight)
        label = f"s{_LETTERS[source.sign]}"
        found.append(Source(label, momentum, True, source.sign, left, right, weight))
    return tuple(found)


def _conjugated(value: sp.Expr) -> sp.Expr:
    """Return the complex conjugate of a rational function of named parts."""
    return value.xreplace({sp.I: -sp.I})


class Loop:
    """Sums over the poles of both Green's functions, in units of those of a pair.

    Parameters
    ----------
    stages : Stages
        Where everything is assigned.
    species : Species
    keldysh : Matrix
        Keldysh part of the self-energy, diagonal.
    growth : Expr
        Im(omega).
    momenta : Momenta
        The sums over the momenta, whose `prefactor` is the unit.
    lag : Expr
        What of Im(omega) is taken from the frequency of the second Green's function instead.
    """

    def __init__(
        self,
        stages: Stages,
        species: Species,
        keldysh: sp.ImmutableMatrix,
        growth: sp.Expr = GROWTH,
        momenta: Momenta = SPACE,
        lag: sp.Expr = sp.S.Zero,
    ) -> None:
        self.sums, self.lag = momenta, lag
        self.stages, self.species, self.keldysh, self.growth = stages, species, keldysh, growth
        self.omega = symbols.transfer + sp.I * growth
        self.after = stages.assign("after", species.frequency + symbols.transfer)
        self.total = self._total()
        self.width = symbols.linewidth + growth
        self.plus = named_poles(stages, "a", species, self.after, self.width, TRANSFER_DISTANCE)
        self.minus = named_poles(
            stages, "c", species, species.frequency, symbols.linewidth + lag, DISTANCE
        )
        self.momenta = {
            sign: stages.assign(f"a{_LETTERS[sign]}_p", upper_root(symbols.mu + self.plus.xi(sign)))
            for sign in SIGNS
        }
        self.sources = self._sources()
        self.roots = {advanced: self._roots(advanced) for advanced in (False, True)}

    def _total(self) -> sp.Expr:
        """Return the sum of both frequencies."""
        return 2 * MEAN

    def _sources(self) -> tuple[Source, ...]:
        """Return the poles of the second Green's function."""
        return sources(self.stages, self.species, self.minus)

    def _roots(self, advanced: bool) -> dict[int, sp.Expr]:
        """Return r_+ - r and r_+ + r of the poles in p_+ and p_-, without cancellation."""
        slope = symbols.linewidth - self.species.skew * self.species.imbalance
        total = self.total
        root = self.minus.root
        if advanced:
            root = conjugate(root)
            wide = self.omega + sp.I * (2 * slope + self.lag)
            squares = wide * (total + sp.I * (self.growth - self.lag))
        else:
            squares = self.omega * (total + sp.I * (self.growth + 2 * slope))
        label = "rs"[advanced]
        return {
            sign: self.stages.assign(
                f"{label}{_LETTERS[sign]}_roots",
                root_sum(self.plus.root, -sign * root, squares),
            )
            for sign in SIGNS
        }

    def _difference(self, sign: int, source: Source) -> sp.Expr:
        """Return the difference of two poles, p_+**2 - p_-**2."""
        a = self.species.skew
        if source.advanced:
            shift = 2 * self.species.imbalance - a * (self.width + symbols.linewidth + self.lag)
            apart = -a * symbols.transfer + sp.I * shift
        else:
            apart = -a * self.omega
        return (apart + sign * self.roots[source.advanced][sign * source.sign]) / (1 - a**2)

    def pole_pairs(self, source: Source) -> Iterator[tuple[int, Pair]]:
        """Yield the sign of a pole of G^R, and both poles."""
        for sign in SIGNS:
            name = f"{source.label}{_LETTERS[sign]}"
            difference = self.stages.assign(f"{name}_x", self._difference(sign, source))
            first, second = self.momenta[sign], source.momentum
            # of equal bands the poles above the axis are known, and only roots of one above and
            # one below can cancel
            apart = (sign == source.sign) is source.advanced
            if apart or self.species is not EQUAL:
                both = root_sum(first, second, difference)
            else:
                both = first + second
            yield sign, Pair(name, first, second, difference, self.stages.assign(f"{name}_k", both))

    def residue(self, source: Source) -> sp.ImmutableMatrix:
        """Return the residue of G^K."""
        value = source.weight * source.left * self.keldysh * source.right
        return self.stages.assign_matrix(f"{source.label}_n", sp.ImmutableMatrix(value))

    def _retarded(self, source: Source) -> sp.ImmutableMatrix:
        """Return the sum over the poles of G^R of its residues times the momentum integral."""
        plain = sp.zeros(2, 2)
        for sign, pair in self.pole_pairs(source):
            value = self.plus.weight(sign) * self.sums.integral(self.stages, pair)
            plain += self.stages.assign(f"{pair.name}_w", value) * self.plus.adjugate(sign)
        return self.stages.assign_matrix(f"{source.label}_g", sp.ImmutableMatrix(plain))

    def traces(self, vertices: tuple[tuple[int, int], ...]) -> list[sp.Expr]:
        """Return R_st for pairs of vertices."""
        sums = dict.fromkeys(vertices, sp.S.Zero)
        for source in self.sources:
            plain, green = self._retarded(source), self.residue(source)
            for s, t in vertices:
                sums[s, t] += (nambu.pauli(s) * plain * nambu.pauli(t) * green).trace()
        return list(sums.values())

    def phase_column(self) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]:
        """Return R_s2(q, omega) - R_s2(0, 0), s = 1, 2, R_12 + R_21 and R_11 - R_22.

        For a symmetric G the matrices tau_1 G tau_2 + tau_2 G tau_1 and tau_1 G tau_1 -
        tau_2 G tau_2 are 2 G_12 tau_2 and 2 G_12 tau_1: of G^K only what lies off its diagonal
        enters, whose odd part is as small as the reservoirs' disagreement.
        """
        self.resonance = self.stages.assign("resonance", self._resonance())
        found = [self._from_source(source) for source in self.sources]
        first, second, coupling, difference = (sum(parts) for parts in zip(*found, strict=True))
        return first, second, coupling, difference

    def _resonance(self) -> sp.Expr:
        """Return Re(omega) times the first frequency, plus twice the squared threshold.

        It vanishes where the frequencies are at the opposite edges of the gap, to first order in
        their distances from these.
        """
        threshold, frequency = self.species.threshold, self.species.frequency
        # squares of both frequencies less that of the threshold
        after, before = (x * (x + 2 * threshold) for x in (TRANSFER_DISTANCE, DISTANCE))
        squares = after * before + threshold**2 * (after + before)
        product = self.after * frequency
        across = root_sum(product, threshold**2, squares) - before
        plain = symbols.transfer * frequency + 2 * threshold**2
        return where_less(product, sp.S.Zero, self.stages.parts(across)[0], plain)

    def _from_source(self, source: Source) -> tuple[sp.Expr, ...]:
        """Return what a pole of G^K contributes to each."""
        stages, species = self.stages, self.species
        traces = Keldysh(self.keldysh, species.skew, species.imbalance)
        frequency, root = species.frequency, source.sign * self._source_root(source)
        upper, lower = (
            stages.assign(f"{source.label}_filled{k}", part)
            for k, part in enumerate(traces.filled(frequency, root))
        )
        filling = stages.assign(f"{source.label}_filling", upper + lower)
        still, total, weighted = sp.S.Zero, sp.S.Zero, [sp.S.Zero] * 3
        for sign, pair in self.pole_pairs(source):
            uniform, excess, whole = self.sums.shares(stages, pair)
            excess = stages.assign(f"{pair.name}_excess", sign * excess)
            first, second = self._forms(source.advanced, sign * source.sign)
            for k, form in enumerate((sign * first, second, sp.S.One)):
                weighted[k] += form * excess
            still += stages.assign(f"{pair.name}_inverse", sign * uniform)
            total += sign * whole
        # residues of both poles of G^R differ by their sign
        residue = self.plus.weight(1)
        weight = stages.assign(f"{source.label}_weights", source.weight * residue)
        still = stages.assign(f"{source.label}_still", residue * still)
        resonance = self.resonance + sp.I * self.growth * frequency
        both, all_three = traces.uniform(self.omega, frequency, root, resonance)
        first, second, plain = (
            stages.assign(f"{source.label}_forms{k}", form) for k, form in enumerate(weighted)
        )
        moved = traces.on_shell(source.advanced, filling, (first, second, plain))
        column = []
        for row in (0, 1):
            uniform = source.weight * all_three[row]
            if not source.advanced:
                uniform += self.minus.weight(source.sign) * both[row]
            uniform = stages.assign(f"{source.label}_uniform{row}", uniform)
            change = weight / (1 - species.skew**2) * moved[row]
            column.append(change - self.omega * uniform * still)
        # of G_12 of one function -Delta_0, of the odd and even part of the other one -2 Delta_0
        total = stages.assign(f"{source.label}_total", 4 * symbols.gap**2 * weight * total)
        return *column, sp.I * total * traces.contrast, total * filling

    def _source_root(self, source: Source) -> sp.Expr:
        """Return r + s i (delta - a gamma) of a pole of G^R, or its conjugate."""
        species = self.species
        rest = species.imbalance - species.skew * symbols.linewidth
        root = self.minus.root + source.sign * sp.I * rest
        return conjugate(root) if source.advanced else root

    def _forms(self, advanced: bool, relative: int) -> tuple[sp.Expr, sp.Expr]:
        """Return `on_shell_forms` of the poles with roots of the same or of the other sign."""
        name = f"{'rs'[advanced]}{_LETTERS[relative]}_form"
        if f"{name}0" not in self.stages.named:
            slope = symbols.linewidth - self.species.skew * self.species.imbalance
            shift = self.omega + 2 * sp.I * slope if advanced else self.omega
            width = self.growth if advanced else self.growth + 2 * slope
            total = self.total + sp.I * width
            before = [
                conjugate(x) if advanced else x for x in (self.minus.rising, self.minus.falling)
            ]
            found = on_shell_forms(
                relative,
                (self.plus.rising, before[0]),
                (self.plus.falling, before[1]),
                (shift, total),
                (self.roots[advanced][relative], self.roots[advanced][-relative]),
                self.species.threshold,
            )
            for k, form in enumerate(found):
                self.stages.assign(f"{name}{k}", form)
        return self.stages.named[f"{name}0"], self.stages.named[f"{name}1"]


def with_slopes(
    stages: StagesWithSlopes, values: dict[str, sp.Expr], variables: Iterable[str] = VARIABLES
) -> dict[str, sp.Expr]:
    """Return values with their derivatives, by omega and by q unless others are named."""
    slopes = {
        f"{name}_by_{variable}": stages.slope(value, variable)
        for variable in variables
        for name, value in values.items()
    }
    return values | slopes
