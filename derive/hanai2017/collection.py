"""All records in the paper's order, by section."""

from __future__ import annotations

import dataclasses
import functools

from derive.hanai2017 import (
    appendix_a,
    appendix_b,
    appendix_c,
    appendix_d,
    bcs_side,
    bec_side,
    introduction,
    long_waves,
    model,
    pairing_series,
    quasiparticle_bands,
    self_energies,
    stability,
    steady_state,
    time_reversal,
)
from derive.hanai2017.premises import PREMISES
from derive.records.ledger import Ledger

#: The paper's sections in its order, with the modules that hold their records.
_SECTIONS = {
    "I. Introduction": (introduction,),
    "II. Model and formalism": (model, self_energies, steady_state, stability),
    "III. Non-equilibrium-induced dynamical instability": (
        long_waves,
        time_reversal,
        pairing_series,
        bec_side,
        bcs_side,
        quasiparticle_bands,
    ),
    "Appendix A. Non-equilibrium BCS-Leggett theory": (appendix_a,),
    "Appendix B. Equation of motion": (appendix_b,),
    "Appendix C. Lower and upper branch": (appendix_c,),
    "Appendix D. The BCS side": (appendix_d,),
}


@functools.cache
def ledger() -> Ledger:
    r"""Return the record of every numbered equation of the paper.

    Returns
    -------
    Ledger
        A sequence of `Record` in the paper's order, also indexed by the equation's number.

    Examples
    --------
    >>> import derive
    >>> record = derive.ledger()["31"]
    >>> record.title
    "Keldysh Green's function"
    >>> record.check()
    0.0
    """
    return Ledger(
        {
            title: sorted(
                (
                    dataclasses.replace(record, premises=PREMISES.get(record.id, ()))
                    for module in modules
                    for record in module.RECORDS
                ),
                key=lambda record: int(record.id.lstrip("ABCD")),
            )
            for title, modules in _SECTIONS.items()
        }
    )
