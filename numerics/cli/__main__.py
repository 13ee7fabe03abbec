"""`python -m numerics.cli` is the command `nambu`."""

import sys

from numerics.cli.app import main

# workers of MPI import this, too
if __name__ == "__main__":
    sys.exit(main())
