"""From programs to files: the committed kernels, and standalone modules."""
