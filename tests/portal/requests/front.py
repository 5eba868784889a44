"""The web server of deploy/nginx.conf before the portal."""

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from devtools.embedded.servers import free_port

ROOT = Path(__file__).resolve().parents[3]
HOST = "portal.example.edu.cn"


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until something listens at ``port``."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


def nginx_program() -> str:
    """Where nginx is."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    assert program, "nginx is not installed: run .ci/test-tools, or apt-get install nginx"
    return program


def adapted(folder: Path, port: int, behind: int) -> str:
    """The committed configuration with paths and ports of this test."""
    text = (ROOT / "deploy/nginx.conf").read_text()
    text = re.sub(r"listen \[::\]:\d+[^;]*;", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    text = text.replace("/etc/ssl/portal/", f"{folder}/").replace("/var/log/nginx/", f"{folder}/")
    text = text.replace("/etc/nginx/portal-proxy.conf", str(ROOT / "deploy/portal-proxy.conf"))
    text = text.replace("/srv/xuejiportal", str(ROOT))
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{ worker_connections 512; }} http {{ {paths}\n{text} }}"
    )
