"""The command `python -m onepassword_users`."""

import sys

from ._command import main

if __name__ == "__main__":
    sys.exit(main())
