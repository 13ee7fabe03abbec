"""What all tests share: none judges how fast the machine is."""

import os

# SymPy by default keeps the last thousand values of each function, and a derivation asks for more
# of them again. It reads this once it is imported, also in processes that tests start.
os.environ.setdefault("SYMPY_CACHE_SIZE", "100000")

from hypothesis import HealthCheck, settings

# Hypothesis by default gives an example 200 ms, and refuses strategies that draw slowly.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Tests have a process for each core already.
os.environ.setdefault("NAMBU_THREADS", "1")
