"""The functions that kernels call, for arrays and in any precision."""
