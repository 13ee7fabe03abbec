"""What all tests share: none judges how fast the machine is."""

import gc
import os

from hypothesis import HealthCheck, settings

# Hypothesis by default gives an example 200 ms, and refuses strategies that draw slowly.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# SymPy by default keeps the last thousand values of each function, and a derivation asks for more
# of them again. It reads this once it is imported, also in processes that tests start.
os.environ.setdefault("SYMPY_CACHE_SIZE", "100000")

# Expressions are many small objects that stay: looking for garbage among them after each seven
# hundred takes an eighth of a derivation.
gc.set_threshold(100_000, 20, 50)

# Tests have a process for each core already.
os.environ.setdefault("NAMBU_THREADS", "1")
