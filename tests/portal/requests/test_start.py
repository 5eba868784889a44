"""What a web process has loaded before it answers."""

import subprocess
import sys

LOADED = "import sys, xuejiportal.wsgi; sys.exit('support.board.views' not in sys.modules)"


def test_a_web_process_has_loaded_the_views_before_its_first_request() -> None:
    assert subprocess.run([sys.executable, "-c", LOADED], check=False).returncode == 0
