"""A broker that does not take a task costs the caller one short try and no error."""

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from celery import Celery, Task
from django.conf import settings

from delivery import task_queue
from xuejiportal.celery import WORKER_SOCKET_TIMEOUT, app, be_patient_with_broker


@pytest.fixture
def broker() -> Iterator[socket.socket]:
    """The address of a broker, which does not listen yet."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        yield server


@pytest.fixture
def task(broker: socket.socket, monkeypatch: pytest.MonkeyPatch) -> "Task[[int], None]":
    """A task whose broker is that address; no other try has failed just now."""
    monkeypatch.setattr(task_queue, "_broker_silent_until", 0.0)
    app = Celery(broker=f"redis://127.0.0.1:{broker.getsockname()[1]}/0", set_as_current=False)
    app.conf.task_ignore_result = True
    patience = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "max_retries": 1}
    app.conf.broker_transport_options = patience | {"interval_start": 0, "interval_step": 0}

    def work(row: int) -> None:
        pass

    sendable: Task[[int], None] = app.task(name="work")(work)
    return sendable


def test_a_stopped_broker_raises_nothing_and_is_left_alone_for_a_while(
    task: "Task[[int], None]", caplog: pytest.LogCaptureFixture
) -> None:
    task_queue.enqueue(task, 7)
    task_queue.enqueue(task, 8)
    assert caplog.text.count("work waits for the sweep") == 1, "the second try was not spared"


def test_a_broker_that_does_not_answer_raises_nothing(
    task: "Task[[int], None]", broker: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    broker.listen()
    task_queue.enqueue(task, 7)
    assert "work waits for the sweep" in caplog.text


def test_a_broker_that_hangs_costs_a_request_about_a_second(
    task: "Task[[int], None]", broker: socket.socket
) -> None:
    broker.listen()
    task.app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    start = time.monotonic()
    for row in range(20):
        task_queue.enqueue(task, row)
    assert time.monotonic() - start < 3


def test_a_worker_is_more_patient_with_the_broker_than_a_request() -> None:
    before = app.conf.broker_transport_options
    try:
        be_patient_with_broker()
        after = app.conf.broker_transport_options
    finally:
        app.conf.broker_transport_options = before
    assert (before["socket_timeout"], before["max_retries"]) == (1, 0)
    assert (after["socket_timeout"], after["max_retries"]) == (WORKER_SOCKET_TIMEOUT, None)


@pytest.mark.parametrize("answer", [b"-NOAUTH Authentication required.\r\n", b"nonsense\r\n"])
def test_a_broker_that_answers_something_else_raises_nothing(
    task: "Task[[int], None]",
    broker: socket.socket,
    answer: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker.listen()

    def talk() -> None:
        while True:
            try:
                client, _address = broker.accept()
            except OSError:
                return
            with client:
                client.recv(100)
                client.sendall(answer)

    threading.Thread(target=talk, daemon=True).start()
    task_queue.enqueue(task, 7)
    assert "work waits for the sweep" in caplog.text


def test_the_broker_is_tried_again_after_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[object, ...]] = []
    task = SimpleNamespace(apply_async=lambda arguments, *, retry: sent.append(arguments))
    monkeypatch.setattr(task_queue, "_broker_silent_until", time.monotonic() + 60)
    task_queue.enqueue(task, 7)
    assert not sent
    monkeypatch.setattr(task_queue, "_broker_silent_until", time.monotonic())
    task_queue.enqueue(task, 8)
    assert sent == [(8,)]
