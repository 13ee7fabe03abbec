"""Nambu and Keldysh matrices, and operators on Fock space."""
