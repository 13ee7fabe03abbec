"""The maps of Figs. 9, 13 and 14: numbers on small grids, and what is drawn of them."""

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from numerics import fluctuation_matrix, pair_correlation, spectral_function
from numerics.figures import amplitude_spectrum, occupied_weight, response_parts
from numerics.figures.files import save_figure, save_table


@pytest.fixture(scope="module")
def occupied() -> occupied_weight.OccupiedWeight:
    return occupied_weight.compute(pixels=(8, 80))


@pytest.fixture(scope="module")
def parts() -> response_parts.ResponseParts:
    return response_parts.compute(points=6)


@pytest.fixture(scope="module")
def spectra() -> amplitude_spectrum.AmplitudeSpectrum:
    return amplitude_spectrum.compute(points=10)


def images(figure: Figure) -> list[np.ndarray]:
    """Return the maps of a figure's panels, without its colour bars."""
    found = [
        [part for part in axes.get_images() if isinstance(part, AxesImage)]
        for axes in figure.axes
        if axes.get_title()
    ]
    assert all(len(panel) == 1 for panel in found)
    return [np.asarray(panel[0].get_array()) for panel in found]


def test_fig09_fills_the_upper_branch_with_decay_only(
    occupied: occupied_weight.OccupiedWeight,
) -> None:
    driven, equilibrium = occupied.weights
    assert driven.shape == equilibrium.shape == (80, 8)
    upper = occupied.omega > 0
    # its lines are far above the tails, and at the energies of the branch
    step = occupied.omega[1] - occupied.omega[0]
    state = occupied.states[0]
    for j in range(8):
        energy = math.hypot(occupied.p[j] ** 2 - state.mu, state.gap)
        at = occupied.omega[upper][driven[upper, j].argmax()]
        # within a pixel of omega, and what E_p changes within one of p
        slope = 2 * occupied.p[j] * abs(occupied.p[j] ** 2 - state.mu) / energy
        assert abs(at - energy) < step + slope * (occupied.p[1] - occupied.p[0])
    assert driven[upper].max() > 1
    assert equilibrium[upper].max() == 0
    assert equilibrium[~upper].max() > 10


def test_fig09_loses_no_weight_between_the_samples(
    occupied: occupied_weight.OccupiedWeight,
) -> None:
    state, weight = occupied.states[1], occupied.weights[1]
    step = occupied.omega[1] - occupied.omega[0]
    occupation = weight.sum(axis=0) * step / (2 * math.pi)
    # without decay and broadening, averaged over the same momenta
    p = (np.arange(8 * 40) + 0.5) / (8 * 40) * 1.6
    xi = p**2 - state.mu
    expected = ((1 - xi / np.hypot(xi, state.gap)) / 2).reshape(8, 40).mean(axis=1)
    inside = occupied.p < 1.4  # beyond, the line leaves the range of frequencies
    assert np.abs(occupation - expected)[inside].max() < 3e-3


def test_fig09_leaves_the_occupied_branches_free(
    occupied: occupied_weight.OccupiedWeight,
) -> None:
    driven, equilibrium, _ = occupied_weight.draw(occupied).axes
    assert driven.get_lines() == []
    # where nothing occupies the upper branch, it is dotted
    (line,) = equilibrium.get_lines()
    assert np.asarray(line.get_ydata()).min() > 0


def test_scales_that_are_not_linear_say_so(
    occupied: occupied_weight.OccupiedWeight,
    parts: response_parts.ResponseParts,
    spectra: amplitude_spectrum.AmplitudeSpectrum,
) -> None:
    for module, data, words in (
        (occupied_weight, occupied, ["logarithmic"]),
        (response_parts, parts, ["square-root", "square-root"]),
        (amplitude_spectrum, spectra, ["then logarithmic", "square-root"]),
    ):
        bars = [axes for axes in module.draw(data).axes if not axes.get_title()]
        assert len(bars) == len(words)
        assert all(word in bar.get_ylabel() for bar, word in zip(bars, words, strict=True))


def test_fig14_tells_the_amplitude_mode_from_the_continuum(
    spectra: amplitude_spectrum.AmplitudeSpectrum,
) -> None:
    bcs = spectra.spectra[1]
    panels = [axes for axes in amplitude_spectrum.draw(spectra).axes if axes.get_title()]
    for axes in panels[2:]:
        (image,) = axes.get_images()
        column = np.asarray(image.get_array())[:, 0]
        # as far from white as its colours are
        shown = 2 * np.asarray(image.norm(column)) - 1
        above = bcs.omega > 1.9 * bcs.state.gap
        assert shown[above].max() > 1.5 * shown[-1]


def test_fig13_parts_add_up_and_show_what_excites_the_pairs(
    parts: response_parts.ResponseParts,
) -> None:
    for whole, inter, intra, error in zip(
        parts.whole, parts.inter, parts.intra, parts.error, strict=True
    ):
        assert whole.shape == inter.shape == intra.shape == error.shape == (6, 6)
        assert np.abs(inter + intra - whole).max() < 1e-14
        assert error.max() < 1e-4
    for state, inter in zip(parts.states, parts.inter, strict=True):
        below = parts.omega < 2 * state.gap
        assert inter[below].max() < 0.1 * inter[~below].max()
    driven, equilibrium = parts.intra
    assert equilibrium.max() < 0.02 * driven.max()
    # at small q only low frequencies scatter
    assert driven[:, 0].argmax() == 0


@pytest.mark.parametrize("width", [0.0, 7.5e-3])
def test_the_intra_band_part_tells_its_error_where_the_other_momentum_is_k_fermi(
    parts: response_parts.ResponseParts, width: float
) -> None:
    # far from all other singular momenta E has zeros beside q -+ k_F, as sharp as the gap
    q, omega = np.array([2.4548, 5.492, 50.0]), np.array([2.44253, 9.01892, 1.0]) + 1j * width
    for state in parts.states:
        loose, tight = (
            pair_correlation(state, q, omega, "intra", rtol=rtol, full=True)
            for rtol in (1e-6, 1e-10)
        )
        assert (np.abs(loose.value - tight.value) <= loose.error + tight.error).all()
        assert (loose.error < 3e-7).all()


def test_fig14_has_the_amplitude_mode_at_twice_the_gap(
    spectra: amplitude_spectrum.AmplitudeSpectrum,
) -> None:
    _, bcs = spectra.spectra
    assert bcs.whole.shape == bcs.inter.shape == (10, 10)
    energy = 2 * bcs.state.gap
    assert abs(energy - 0.29) < 0.01
    # the long wave's largest weight, but for the sound mode, which is not in the lowest column
    for values in (bcs.whole, bcs.inter):
        column = values[bcs.omega > energy / 2, 0]
        at = bcs.omega[bcs.omega > energy / 2][column.argmax()]
        assert abs(at - energy) < 1.5 * (bcs.omega[1] - bcs.omega[0])


def test_fig14_circles_the_poles_of_the_whole_response(
    spectra: amplitude_spectrum.AmplitudeSpectrum,
) -> None:
    assert [len(s.poles) for s in spectra.spectra] == [1, 2]
    for spectrum in spectra.spectra:
        for q in spectrum.poles:
            beside = fluctuation_matrix(spectrum.state, [q * (1 - 1e-4), q * (1 + 1e-4)], 0.0)
            below, above = np.linalg.det(beside.real)
            assert below * above < 0
            # they are the intra-band part's: without it the determinant has no zero there
            near = spectral_function(spectrum.state, q, 1e-6, "inter")
            assert abs(near) < 1e-3 * abs(spectral_function(spectrum.state, q, 1e-6))


def test_an_executor_shares_the_maps_and_changes_no_bit(
    parts: response_parts.ResponseParts, spectra: amplitude_spectrum.AmplitudeSpectrum
) -> None:
    with ThreadPoolExecutor(2) as executor:
        again = amplitude_spectrum.compute(points=10, executor=executor)
        assert list(again.rows()) == list(spectra.rows())
        assert list(response_parts.compute(points=6, executor=executor).rows()) == list(
            parts.rows()
        )
        # both have used it
        executor.shutdown()
        for module in (amplitude_spectrum, response_parts):
            with pytest.raises(RuntimeError, match="after shutdown"):
                module.compute(points=2, executor=executor)


def test_maps_are_drawn_as_they_are_computed(
    occupied: occupied_weight.OccupiedWeight,
    parts: response_parts.ResponseParts,
    spectra: amplitude_spectrum.AmplitudeSpectrum,
) -> None:
    drawn = (
        (occupied_weight.draw(occupied), occupied.weights),
        (
            response_parts.draw(parts),
            [x for row in zip(parts.inter, parts.intra, strict=True) for x in row],
        ),
        (
            amplitude_spectrum.draw(spectra),
            [x for s in spectra.spectra for x in (s.whole, s.inter)],
        ),
    )
    for figure, maps in drawn:
        shown = images(figure)
        assert len(shown) == len(maps)
        for values, expected in zip(shown, maps, strict=True):
            assert np.array_equal(values, expected)
        said = figure.get_suptitle()
        assert r"\gamma_\mathrm{b} = 10^{-3}" in said
        assert r"p_\mathrm{c} = 100" in said
        labels = {axes.get_xlabel() + axes.get_ylabel() for axes in figure.axes}
        assert any("k_" in label for label in labels)
        assert any("varepsilon" in label for label in labels)


def test_tables_have_a_row_for_each_pixel_and_files_repeat(
    tmp_path: Path,
    occupied: occupied_weight.OccupiedWeight,
    parts: response_parts.ResponseParts,
    spectra: amplitude_spectrum.AmplitudeSpectrum,
) -> None:
    for module, data, number in (
        (occupied_weight, occupied, 2 * 8 * 80),
        (response_parts, parts, 2 * 36),
        (amplitude_spectrum, spectra, 2 * 100),
    ):
        rows = list(data.rows())
        assert len(rows) == number
        assert {len(row) for row in rows} == {len(module.COLUMNS)}
    # one of them for all: they are saved by the same function
    contents = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        paths = save_figure(response_parts.draw(parts), folder, "figure")
        paths.append(save_table(folder / "figure.csv", response_parts.COLUMNS, parts.rows()))
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]
