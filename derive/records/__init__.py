"""Records of a ledger: what an equation claims, and the check that says how it is known."""
