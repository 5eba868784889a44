"""Alert rules and the board ask for metrics that the portal has."""

import json
import re
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from xuejiportal.monitoring import metrics

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
NAME = re.compile(r"\bportal_[a-z_]+")


def known() -> set[str]:
    source = Path(metrics.__file__).read_text()
    gauges = set(re.findall(r'"(portal_[a-z_]+)"', source))
    counted = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
    assert counted
    endings = ("_total", "_bucket", "_count", "_sum")
    return gauges | {f"{name}{ending}" for name in gauges for ending in endings}


def test_rules_and_board_ask_for_what_there_is() -> None:
    board = json.loads((FOLDER / "board.json").read_text(encoding="utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in NAME.findall(target["expr"])
    }
    asked |= set(NAME.findall((FOLDER / "alerts.yml").read_text()))
    assert len(asked) > 6
    assert asked <= known()
