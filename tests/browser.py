"""A browser to look at pages with; tests that need it are skipped where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def browsing() -> Iterator[Any]:
    """Provide Chromium as playwright drives it."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not Path(_CHROMIUM).is_file():
        pytest.skip("there is no Chromium to look at the page with")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=_CHROMIUM, args=_ARGUMENTS, timeout=600_000
        )
        yield chromium
        chromium.close()
