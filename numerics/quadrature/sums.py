"""Sums over the pieces of integrals, and which of them to halve, in loops compiled by Numba.

Each is what NumPy does in `numerics.quadrature.adaptive`, to the last bit.
"""

from __future__ import annotations

from typing import Any


def add_pieces(owner: Any, value: Any, error: Any, size: Any, sums: Any) -> None:
    """Add what pieces have to the sums of their owners, one after the other.

    Parameters
    ----------
    owner : ndarray of int, shape (pieces,)
    value : ndarray, shape (pieces, 2 * k)
        Real and imaginary parts in turn.
    error, size : ndarray, shape (pieces, k)
    sums : ndarray, shape (n, 4 * k)
    """
    pieces, k = error.shape
    for piece in range(pieces):
        row = sums[owner[piece]]
        for column in range(2 * k):
            row[column] += value[piece, column]
        for column in range(k):
            row[2 * k + column] += error[piece, column]
            row[3 * k + column] += size[piece, column]


def beyond_share(owner: Any, error: Any, size: Any, share: Any, rounding: float, bad: Any) -> None:
    """Tell which pieces have an error above their share and above rounding.

    Parameters
    ----------
    owner : ndarray of int, shape (pieces,)
    error, size : ndarray, shape (pieces, k)
    share : ndarray, shape (n, k) or (n, 1)
    rounding : float
        In units of the size.
    bad : ndarray of bool, shape (pieces,)
    """
    pieces, k = error.shape
    last = share.shape[1] - 1
    for piece in range(pieces):
        bad[piece] = False
        for column in range(k):
            least = share[owner[piece], min(column, last)]
            floor = rounding * size[piece, column]
            # a share that is not a number is none
            if least < floor:
                least = floor
            if not error[piece, column] <= least:
                bad[piece] = True
