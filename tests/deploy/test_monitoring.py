"""Prometheus itself reads the rules, the board and what /metrics answers."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from delivery.services import queue_email
from tests.people import PASSWORD, make_account
from xuejiportal.monitoring import metrics

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
NAME = re.compile(r"\bportal_[a-z_]+")
LABELS = re.compile(r"by \(([a-z, ]+)\)|\{\{([a-z]+)\}\}")


def questions() -> list[tuple[str, str]]:
    """Every expression of the board with its legend, and of the rules with their texts."""
    board = json.loads((FOLDER / "board.json").read_text(encoding="utf-8"))
    asked = [
        (target["expr"], target["legendFormat"])
        for panel in board["panels"]
        for target in panel["targets"]
    ]
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]
    texts = (
        (rule["expr"], str(rule["annotations"]).replace("$labels.", "").replace(" ", ""))
        for rule in rules["rules"]
    )
    return [*asked, *texts]


def promtool(*arguments: str | Path, given: str = "") -> None:
    """Run Prometheus' own checker. Without it CI fails; elsewhere the test says so."""
    program = shutil.which("promtool")
    if program is None:
        why = "promtool is not installed: apt-get install prometheus"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    done = subprocess.run(
        [program, *arguments], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def answer(
    db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """What is told after somebody has signed in and somebody else has not, with a text waiting."""
    counting = "xuejiportal.monitoring.middleware.MetricsMiddleware"
    settings.MIDDLEWARE = [counting, *settings.MIDDLEWARE]
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    metrics.connect()
    make_account("li.hua@example.org")
    queue_email(to="li.hua@example.org", subject="s", text="t", purpose="test")
    for password in ("wrong", PASSWORD):
        Client().post("/account/login/", {"login": "li.hua@example.org", "password": password})
    registry = CollectorRegistry()
    counted = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
    for collector in (*counted, metrics.StateCollector()):
        registry.register(collector)
    yield generate_latest(registry).decode()
    user_logged_in.disconnect(dispatch_uid="metrics-signed-in")
    user_login_failed.disconnect(dispatch_uid="metrics-sign-in-failed")


def test_rules_alert_when_they_should() -> None:
    promtool("check", "rules", FOLDER / "alerts.yml")
    promtool("test", "rules", FOLDER / "alerts_test.yml")


def test_prometheus_understands_the_board(tmp_path: Path) -> None:
    rules = [
        {"record": f"board:{number}", "expr": expression}
        for number, (expression, _legend) in enumerate(questions())
    ]
    file = tmp_path / "board.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    promtool("check", "rules", file)


def test_prometheus_understands_the_metrics(answer: str) -> None:
    promtool("check", "metrics", given=answer)


def test_every_metric_and_label_that_is_asked_for_is_answered(answer: str) -> None:
    labels: dict[str, set[str]] = {}
    families: Any = text_string_to_metric_families(answer)
    for family in families:
        labels.setdefault(family.name, set())
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    for expression, legend in questions():
        names = NAME.findall(expression)
        assert set(names) <= labels.keys(), expression
        asked = {
            label.strip()
            for found in LABELS.findall(expression + legend)
            for label in [*found[0].split(","), found[1]]
            if label.strip()
        }
        known = set[str]().union(*(labels[name] for name in names))
        if known:  # a family without a sample tells no labels
            assert asked <= known, (expression, legend)
