"""`python -m xczg …`."""

import sys

from xczg.cli import main

if __name__ == "__main__":
    sys.exit(main())
