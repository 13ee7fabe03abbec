"""Newton's method, continuation, minima and roots of analytic functions; no physics."""
