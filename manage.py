#!/usr/bin/env python
"""Django's command line, which starts embedded servers in development."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from xuejiportal import environment
from xuejiportal.startup.preflight import refuse_other_account

# These commands need no server, because they neither read nor write data.
OFFLINE = {"help", "version", "compile_messages", "compilemessages", "makemessages", "startapp"}


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuejiportal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        if command not in OFFLINE and not environment.flag("PRODUCTION", False):
            _provide_servers()
        if command not in OFFLINE:
            refuse_other_account()
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The settings do not fit: {error}")
    except KeyboardInterrupt:
        sys.exit(130)  # the shell's exit status for Ctrl-C


def _provide_servers() -> None:
    # Imported here because production does not install devtools.
    from devtools.embedded import EmbeddedServerError, provide

    try:
        provide(os.environ)
    except EmbeddedServerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
