"""The errors of a disk that is full."""

import errno

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_disk_full(error: OSError) -> bool:
    """Whether the disk, a quota or a limit on file sizes was in the way."""
    return error.errno in _NO_ROOM
