"""A process with the portal's settings that runs management commands, like a waiting worker."""

import json
import subprocess
import sys

from tests.faults.site import ROOT


class Portal:
    """The process, from the benchmark's side. ``peaks`` is the largest memory in bytes so far:
    of the process itself, and of the largest of its children.
    """

    def __init__(self, environ: dict[str, str]) -> None:
        self.peaks = [0, 0]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.tools.commands"],
            cwd=ROOT,
            env=environ | {"DJANGO_SETTINGS_MODULE": "xuejiportal.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def order(self, *command: str) -> None:
        """Run a management command to its end."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("no pipes")
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        status, self.peaks = json.loads(self.process.stdout.readline() or "[-1, [0, 0]]")
        if status:
            raise AssertionError(f"{command[0]}: exit status {status}")

    def close(self) -> None:
        """End the process."""
        self.process.communicate()
