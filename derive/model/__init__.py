"""The model: reservoirs, Green's functions, the steady state and the response to it."""
