"""Recognize errors of a full disk."""

import errno

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_disk_full(error: OSError) -> bool:
    """Whether ``error`` means a full disk, an exceeded quota or file size limit."""
    return error.errno in _NO_ROOM
