"""Texts that exported modules contain beside the kernels; nothing here is imported."""
