"""Generated kernels; `python -m derive generate` writes them."""
