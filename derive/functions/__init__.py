"""Special functions as SymPy functions, and the registry that passes and printers read."""
