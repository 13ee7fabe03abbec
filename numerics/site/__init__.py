"""The site of `make docs`: its pages are made of the sources, and Sphinx makes HTML of them."""
