"""A log handler for another system, which never holds up the portal."""

import logging
import logging.handlers
import socket


class SyslogHandler(logging.handlers.SysLogHandler):
    """Sends lines to the address that the host has when the handler is made.

    Where the host is not found then, it warns and sends nothing until the next start.
    """

    is_lost = False

    def createSocket(self) -> None:  # noqa: N802  the standard library's name
        """Look the host up, once: a lookup for each line would hold up all who write one."""
        try:
            if not isinstance(self.address, str):
                host, port = socket.getaddrinfo(*self.address, type=socket.SOCK_DGRAM)[0][4][:2]
                self.address = str(host), int(port)
            super().createSocket()
        except (OSError, UnicodeError) as error:
            self.is_lost = True
            logging.getLogger(__name__).warning(
                "No line of the log goes to %s until the next start: %s", self.address, error
            )

    def emit(self, record: logging.LogRecord) -> None:
        """Send the line, if there is where to."""
        if not self.is_lost:
            super().emit(record)
