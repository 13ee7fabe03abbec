"""Data sets have the numbers of the results, with their axes, units, errors and parameters."""

from __future__ import annotations

import builtins
import json

import numpy as np
import pytest
import xarray

import numerics
from numerics import from_dict
from tests.numerics.support.values import FOLDED, MAKERS, lead_state, state, value


@pytest.mark.parametrize("name", MAKERS)
def test_every_value_is_a_data_set(name):
    found = value(name).to_xarray()
    assert found.attrs["type"] == type(value(name)).__name__
    assert found.attrs["nambu"] == numerics.__version__
    assert "epsilon_F" in found.attrs["units"]
    for variable in found.variables.values():
        assert variable.attrs["long_name"]
        assert ("units" in variable.attrs) == (variable.dtype.kind in "fc")


def test_numbers_of_a_state_have_units_and_errors():
    found = state().to_xarray()
    for name, error in zip(("gap", "mu", "mu_b"), state().error, strict=True):
        assert found[name].item() == getattr(state(), name)
        assert found[f"{name}_error"].item() == error
        assert found[name].attrs["units"] == found[f"{name}_error"].attrs["units"] == "epsilon_F"
    assert found["number"].attrs["units"] == "k_F**3"
    assert found["residual"].attrs["units"] == "1"
    assert from_dict(json.loads(found.attrs["parameters"])) == state().parameters


def test_a_curve_has_every_state_at_its_value():
    found = value("curve").to_xarray()
    assert found["gap"].dims == ("values", "state")
    assert found["count"].values.tolist() == [1, 3, 1]
    for at, states in zip(value("curve").values, value("curve").states, strict=True):
        column = found.sel(values=at)
        known = column["gap"].values[~np.isnan(column["gap"].values)]
        assert known.tolist() == [s.gap for s in states]
    # the folds are extremes of the potential along the points of the curve
    turns = np.sort(found["fold_value"].values)
    points = found["point_value"].values
    steps = np.sign(np.diff(points))
    near = np.sort(points[1:-1][steps[1:] != steps[:-1]])
    assert near.size == turns.size == 2
    np.testing.assert_allclose(near, turns, atol=0.05)
    assert from_dict(json.loads(found.attrs["parameters"])) == FOLDED.replace(
        reservoirs=value("curve").states[0][0].parameters.reservoirs
    )


def test_a_branch_has_no_number_where_it_has_ended():
    found = value("branch").to_xarray()
    assert np.isnan(found["gap"].sel(gamma_v=2e-3))
    assert found["mu_b"].sel(gamma_v=1e-4) == value("branch").states[1].mu_b
    assert found["end"].item() == value("branch").end


def test_branches_of_modes_are_on_one_axis():
    result = value("mode branches")
    found = result.to_xarray()
    assert found["omega"].dims == ("branch", "q")
    for k, branch in enumerate(result.branches):
        at = found.isel(branch=k).sel(q=branch.q)
        assert (at["omega"].values == branch.omega).all()
        assert (at["omega_error"].values == branch.errors).all()
        assert (at["vectors"].sel(component="phase").values == branch.vectors[:, 1]).all()
        assert np.isnan(found["omega"].isel(branch=k)).sum() == result.q.size - branch.q.size


def test_roots_and_strands_of_the_real_dispersion():
    result = value("dispersion")
    found = result.to_xarray()
    for roots in result.roots:
        at = found.sel(q=roots.q)
        omega = at["root_omega"].values
        assert omega[~np.isnan(omega)].tolist() == roots.omega.tolist()
        assert at["static"] == roots.static
    for k, strand in enumerate(result.strands):
        at = found.isel(strand=k).sel(q=strand.q)
        assert (at["slopes"].values == strand.slopes).all()
        assert at["gapless"].item() == strand.gapless


def test_a_diagram_has_curves_by_kind_and_a_map():
    result = value("diagram")
    found = result.to_xarray()
    for kind, curve in result.curves.items():
        at = found.sel(kind=kind, inv_kfa=curve.inv_kfa)
        assert (at["ratio"].values == curve.ratio).all()
        assert (at["ratio_error"].values == curve.error).all()
    rate = found["growth_rate"]
    assert rate.dims == ("ratios", "growth_inv_kfa")
    assert (np.isnan(rate.values) == np.ma.getmaskarray(result.growth.rate)).all()
    assert (rate.values[0] == result.growth.rate.data[0]).all()
    assert found["growth_rate_error"].attrs["units"] == "epsilon_F"
    for inv, intervals in result.unstable.items():
        at = found["unstable"].sel(unstable_inv_kfa=inv).values
        assert [tuple(x) for x in at.tolist()] == list(intervals)


def test_rates_of_electrons_and_holes():
    found = value("reservoir of two rates").to_xarray()
    assert found["rate"].dims == ("band",)
    assert found["rate"].values.tolist() == [1e-5, 3e-5]
    assert "error" not in state().to_xarray()


def test_a_boundary_is_over_the_interaction_strength():
    curve = value("diagram").curves["B"]
    found = curve.to_xarray()
    assert found["ratio"].dims == ("inv_kfa",)
    assert found["ratio"].sel(inv_kfa=0.5) == curve.ratio[0]


def test_a_line_has_its_edges():
    found = value("line").to_xarray()
    assert found["value"].values.tolist() == [e.value for e in value("line").edges]
    assert found["value_error"].values.tolist() == [e.error for e in value("line").edges]
    assert found["gap"].values.tolist() == [e.state.gap for e in value("line").edges]
    assert [tuple(x) for x in found["unstable"].values.tolist()] == list(value("line").unstable)


def test_modes_and_coefficients():
    found = value("modes").to_xarray()
    assert (found["frequencies"].values == value("modes").frequencies).all()
    assert found["verdict"].values.tolist() == list(value("modes").verdict)
    found = value("long waves").to_xarray()
    assert found["alpha"].dims == ("row", "column")
    assert (found["alpha_error"].values == value("long waves").error.alpha).all()
    assert found["eta"].attrs["units"] == "k_F**3/epsilon_F**2"
    assert value("long waves with errors").to_xarray()["alpha"].identical(found["alpha"])


def test_responses_have_the_axes_of_their_points():
    found = value("response").to_xarray()
    assert found["value"].dims == ("axis_0", "axis_1", "row", "column")
    assert found["status"].dims == ("axis_0", "axis_1")
    assert value("spectrum").to_xarray()["value"].dims == ("axis_0",)


@pytest.mark.parametrize("name", MAKERS)
def test_other_programs_read_the_files(name, tmp_path):
    path = tmp_path / "result.nc"
    value(name).save(path)
    with xarray.open_dataset(path, engine="h5netcdf") as file:
        for key, variable in value(name).to_xarray().variables.items():
            if variable.dtype.kind == "c":
                read = file[f"{key}_real"].values + 1j * file[f"{key}_imag"].values
                assert np.array_equal(read, variable.values, equal_nan=True)
            else:
                assert np.array_equal(
                    file[key].values, variable.values, equal_nan=variable.dtype.kind == "f"
                )
                assert file[key].attrs == variable.attrs


@pytest.mark.parametrize("name", ["xarray", "h5netcdf", "h5py"])
def test_without_the_packages_one_line_says_what_to_install(name, tmp_path, monkeypatch):
    plain = builtins.__import__

    def without(wanted, *rest, **more):
        if wanted.split(".")[0] == name:
            raise ImportError(f"No module named {wanted!r}")
        return plain(wanted, *rest, **more)

    lead_state().save(tmp_path / "state.json")
    monkeypatch.setattr(builtins, "__import__", without)
    if name == "xarray":
        with pytest.raises(
            ImportError, match=r"^to_xarray needs xarray: pip install 'nambu\[scan\]'$"
        ):
            lead_state().to_xarray()
    with pytest.raises(ImportError, match=r"^\S+ needs .* pip install 'nambu\[scan\]'$"):
        lead_state().save(tmp_path / "state.nc")
    assert [x.name for x in tmp_path.iterdir()] == ["state.json"]
    # files of JSON need none of them
    assert numerics.load(tmp_path / "state.json") == lead_state()
