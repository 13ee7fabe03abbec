"""`python -m numerics.cli` is the command `nambu`."""

import sys

from numerics.cli.app import main

sys.exit(main())
