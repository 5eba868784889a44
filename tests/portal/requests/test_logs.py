"""No certificate number, mobile number or address reaches a log line (T14)."""

import logging
import logging.config
import socket
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.portal.fresh_settings import fresh_settings
from xuejiportal.logs.formatters import MAX_LENGTH, RedactingFormatter, redact, redact_shortened
from xuejiportal.logs.syslog import SyslogHandler


@pytest.mark.parametrize(
    "personal",
    [
        "11010519491231002X",  # the sample of GB 11643
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "440524188001010014",
        "440524800101001",
        "13800138000",
        "+8613800138000",
        "student.one@example.edu.cn",
    ],
)
@pytest.mark.parametrize("around", ["{}", "Key (number)=({}) exists", "'{}'", "为{}，", "a={}&b=1"])
def test_personal_data_is_blotted_out(personal: str, around: str) -> None:
    assert personal not in redact(around.format(personal))


@given(st.integers(min_value=0, max_value=10**10 - 1))
def test_ordinary_numbers_stay_readable(number: int) -> None:
    assert redact(f"row {number} done") == f"row {number} done"


def test_a_traceback_is_redacted_too() -> None:
    try:
        raise ValueError("11010519491231002X is taken")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "failed", None, (type(error), error, error.__traceback__)
        )
    line = RedactingFormatter("%(message)s").format(record)
    assert "ValueError: [number] is taken" in line


@given(before=st.integers(0, 700), after=st.integers(0, 700))
def test_a_number_where_a_long_entry_is_cut_leaves_no_part(before: int, after: int) -> None:
    middle = MAX_LENGTH // 2 - 350
    people = "，11010519491231002X，wang@mail.example.org，"
    entry = " " * (middle + before) + people + "x " * MAX_LENGTH + people + " " * (middle + after)
    line = redact_shortened(entry)
    assert "left out" in line
    assert not any(part in line for part in ("110", "02X", "wang", "example.org"))


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028"])
def test_no_message_passes_for_an_entry_of_its_own(end: str) -> None:
    forged = f"x{end}2026-01-01T00:00:00.000+00:00 INFO audit all is well\x1b[2J"
    record = logging.LogRecord("x", logging.WARNING, "x.py", 1, "Not Found: %s", (forged,), None)
    entry = RedactingFormatter("%(asctime)s %(levelname)s %(message)s").format(record)
    first, *others = entry.splitlines()
    assert first.endswith("WARNING Not Found: x")
    assert all(line.startswith("    ") for line in others)
    assert "\x1b" not in entry


def test_a_log_line_has_its_time_with_the_offset() -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "done", (), None)
    record.created = 1767225600.25
    line = RedactingFormatter("%(asctime)s %(message)s").format(record)
    assert line == "2026-01-01T00:00:00.250+00:00 done"


def test_sweeps_that_run_every_few_seconds_leave_no_line_unless_they_fail() -> None:
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        assert logging.getLogger(name).getEffectiveLevel() == logging.WARNING


def _leaving(address: str, monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    """A logger whose lines go where ``LOG_SYSLOG`` says, and nowhere else."""
    monkeypatch.setenv("LOG_SYSLOG", address)
    configured = fresh_settings()["LOGGING"]
    assert "elsewhere" in configured["root"]["handlers"]
    made = {name: configured[name] for name in ("version", "formatters", "filters")}
    made["handlers"] = {"elsewhere": configured["handlers"]["elsewhere"]}
    made["loggers"] = {"leaving": {"handlers": ["elsewhere"], "propagate": False}}
    logging.config.dictConfig(made | {"disable_existing_loggers": False})
    return logging.getLogger("leaving")


def test_each_line_also_leaves_for_another_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(str(tmp_path / "log"))
        logger = _leaving(f"unix://{tmp_path}/log", monkeypatch)
        try:
            raise ValueError("110101200708150017")
        except ValueError:
            logger.exception("It failed for %s", "a@example.org")
        line = elsewhere.recv(65_536).decode()
    assert " xuejiportal " in line
    assert "It failed for [address]" in line
    assert "ValueError: [number]" in line


@pytest.mark.parametrize("name", ["log.example.invalid", "a..b"])
def test_a_log_host_that_is_not_found_is_warned_of_and_keeps_nothing_from_starting(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    logger = _leaving(f"udp://{name}:514", monkeypatch)
    assert name in caplog.text
    caplog.clear()
    logger.warning("A line")
    assert not caplog.records


def test_a_log_host_is_looked_up_at_the_start_and_not_for_every_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [handler] = _leaving("udp://localhost:514", monkeypatch).handlers
    assert isinstance(handler, SyslogHandler)
    assert ip_address(handler.address[0]).is_loopback
