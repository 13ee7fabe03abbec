"""What all tests share: none judges how fast the machine is."""

import os

from hypothesis import HealthCheck, settings

# Hypothesis by default gives an example 200 ms, and refuses strategies that draw slowly.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Tests have a process for each core already.
os.environ.setdefault("NAMBU_THREADS", "1")
