"""What the integrals over momenta leave: pairs of poles, bands, tails and long waves."""
