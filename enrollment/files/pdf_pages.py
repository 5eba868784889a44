"""Count the pages of a PDF that a stranger gave, with limits on processor time and memory.

Run as ``python -m enrollment.files.pdf_pages`` with a PDF as standard input, it writes the
number of pages; the exit code says why not. Like ``drawing`` it imports no Django.
"""

import io
import os
import sys

from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import PdfFileReader

from enrollment.files.child import limit_this_process

DAMAGED, LOCKED, COSTLY = 5, 6, 7


def main() -> int:
    """Write the number of pages; the exit code is the reason of a failure."""
    limit_this_process()
    try:
        reader = PdfFileReader(io.BytesIO(sys.stdin.buffer.read()))
        # A password that only forbids printing or changing is not asked for by any reader.
        if reader.encrypted and reader.decrypt("").status == AuthStatus.FAILED:
            return LOCKED
        sys.stdout.write(str(int(reader.root["/Pages"]["/Count"])))
    except MemoryError:
        return COSTLY
    except Exception:  # any error of the parser is caused by the file
        return DAMAGED
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
