"""List the tests that failed in the run before; exit status 1 when they are more than three.

A few that fail once and pass alone are the machine's; more are a fault of the suite.
"""

import json
import sys
from pathlib import Path

ALLOWED = 3
FAILED = Path(".pytest_cache/v/cache/lastfailed")


def main() -> int:
    """Exit status 1 when more than ``ALLOWED`` tests failed."""
    failed = sorted(json.loads(FAILED.read_text())) if FAILED.exists() else []
    for name in failed:
        sys.stdout.write(f"failed once: {name}\n")
    sys.stdout.write(f"{len(failed)} failed; {ALLOWED} may fail once and pass alone\n")
    return int(len(failed) > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
