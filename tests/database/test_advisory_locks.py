"""Advisory locks: one holder, released in time, never a deadlock."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from database.advisory_locks import held_lock, lock, try_lock

pytestmark = pytest.mark.django_db(transaction=True)
KEY = 42
KIND = 4242


def is_free_elsewhere() -> bool:
    """Whether another connection gets the lock of ``KEY``."""

    def attempt() -> bool:
        try:
            with transaction.atomic():
                return try_lock(KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(attempt).result()


def test_a_lock_is_held_until_its_transaction_ends() -> None:
    with transaction.atomic():
        lock(KEY)
        assert not is_free_elsewhere()
    assert is_free_elsewhere()


def test_a_lock_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        lock(KEY)
    with pytest.raises(RuntimeError):
        try_lock(KEY)


def test_keys_in_opposite_order_never_wait_for_each_other() -> None:
    ready = Barrier(2)
    digests = [bytes([number] * 32) for number in range(1, 200)]

    def lock_all(order: list[bytes]) -> None:
        try:
            ready.wait()
            for _ in range(20):
                with transaction.atomic():
                    lock(*order)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lock_all, [digests, digests[::-1]]))


def test_a_held_lock_outlives_transactions_and_is_released_after_an_error() -> None:
    def is_free() -> bool:
        try:
            with held_lock(KIND, KEY) as free:
                return free
        finally:
            connection.close()

    def ask_elsewhere() -> bool:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(is_free).result()

    def fail_while_holding() -> None:
        with held_lock(KIND, KEY) as free:
            assert free
            with transaction.atomic():
                assert not ask_elsewhere()
            assert not ask_elsewhere()
            raise KeyError

    with pytest.raises(KeyError):
        fail_while_holding()
    assert ask_elsewhere()
