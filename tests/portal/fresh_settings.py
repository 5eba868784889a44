"""The settings as a new process would read them."""

import importlib
import sys
from typing import Any


def fresh_settings() -> dict[str, Any]:
    """All settings, read from the environment of this moment; the settings in use stay."""
    in_use = {name: module for name, module in sys.modules.items() if _is_settings(name)}
    for name in in_use:
        del sys.modules[name]
    try:
        return dict(vars(importlib.import_module("xuejiportal.settings")))
    finally:
        for name in [name for name in sys.modules if _is_settings(name)]:
            del sys.modules[name]
        sys.modules.update(in_use)


def _is_settings(name: str) -> bool:
    return name == "xuejiportal.settings" or name.startswith("xuejiportal.settings.")
