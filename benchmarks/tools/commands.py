"""Runs management commands that come as lines of JSON; imports nothing that a worker would not.

Answers each with its exit status and the largest memory in bytes so far: of this
process, and of the largest of its children.
"""

import json
import resource
import sys

import django
from django.core.management import CommandError, call_command


def main() -> None:
    """Serve until standard input ends."""
    django.setup()
    for line in sys.stdin:
        status = 0
        try:
            call_command(*json.loads(line), stdout=sys.stderr, stderr=sys.stderr)
        except CommandError as error:
            status = error.returncode
        peaks = [
            resource.getrusage(who).ru_maxrss * 1024
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ]
        sys.stdout.write(json.dumps([status, peaks]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
