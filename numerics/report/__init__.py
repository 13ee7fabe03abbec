"""One self-contained HTML page of everything: derivations, ledger, numbers, figures, diagram."""
