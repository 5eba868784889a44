"""What is done once a transaction has committed."""

from collections.abc import Callable
from typing import ParamSpec

from django.db import transaction

P = ParamSpec("P")


def after_commit(act: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Call ``act`` once the transaction has committed; an exception is logged, not raised.

    Django names the function in the log, and fails itself where it has no name, as a ``partial``.
    """

    def run() -> None:
        act(*args, **kwargs)

    transaction.on_commit(run, robust=True)
