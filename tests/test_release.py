"""What would be published holds what it is to hold; `make release-check` tests it, too."""

from __future__ import annotations

import pytest

from tests.release import compared, lowest, project


def test_every_requirement_has_a_lowest_version() -> None:
    found = lowest(project())
    assert {"numpy==2.1", "sympy==1.14", "pandas<3"} <= set(found)
    names = [pin.partition("==")[0] for pin in found]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("needed", "says"),
    [
        (["numpy"], "'numpy' is outside"),
        (["a>=1", "a>=2"], "a is to be at least 1, and at least 2"),
    ],
)
def test_a_requirement_without_one_or_with_two_is_told(needed: list[str], says: str) -> None:
    about = {"dependencies": needed[:1], "optional-dependencies": {"more": needed[1:]}}
    with pytest.raises(ValueError, match=says):
        lowest(about)


def test_what_an_archive_lacks_or_has_too_much_is_told() -> None:
    assert list(compared("x", {"a"}, {"a"})) == []
    assert list(compared("x", {"a", "c"}, {"a", "b"})) == ["x lacks b", "x should not have c"]
