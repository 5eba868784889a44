#!/usr/bin/env python3
"""Follow deploy/README.zh-Hans.md on a bare Debian 12 under systemd, from top to bottom.

    .ci/bare_debian.py
    .ci/bare_debian.py --ca /usr/local/share/ca-certificates/ca.crt

mmdebstrap makes the machine; it runs in namespaces of its own with a network of its own, and is
gone afterwards. Every block of the page is pasted, the upgrade too; then the services are killed,
reloaded under requests, backed up and restored, as docs/operations.md tells. ``--ca`` names a
certificate that this network needs. KEEP=yes leaves the machine's folder.

Needs root, mmdebstrap, iproute2, iptables and a cgroup2 mount.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from machine import FailedError, Machine, booted, make

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "deploy/README.zh-Hans.md"
HOST = "portal.example.edu.cn"
UNITS = ("portal-web", "portal-worker", "portal-importer", "portal-sender", "portal-beat")
SOURCE = "file:///srv/source.git"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PASSWORD = "three-made-up-words-2026"
ANSWERS = {
    r"(?i)(username|用户名).*[:：] ?$": "operator",
    r"(?i)(e-?mail|邮箱).*[:：] ?$": f"operator@{HOST}",
    r"(?i)password.*[:：] ?$": PASSWORD,
}
RELOADING = 60.0
BACK = 90.0
EXPOSURE = 1.6  # what the page says
EDITOR = f"""#!/bin/sh
# What the operator fills in.
sed -i -e 's|^EMAIL_URL=.*|EMAIL_URL=smtp://127.0.0.1:2525|' \\
    -e 's|^DATA_PROCESSOR=.*|DATA_PROCESSOR=made-up|' \\
    -e 's|^PRIVACY_CONTACT=.*|PRIVACY_CONTACT=made-up@{HOST}|' \\
    -e 's|^ALIYUN_ACCESS_KEY_ID=.*|ALIYUN_ACCESS_KEY_ID=id|' \\
    -e 's|^ALIYUN_ACCESS_KEY_SECRET=.*|ALIYUN_ACCESS_KEY_SECRET=made-up|' \\
    -e 's|^ALIYUN_SMS_SIGN_NAME=.*|ALIYUN_SMS_SIGN_NAME=sign|' "$1"
templates=$(cd /srv/xuejiportal/templates/delivery/sms && ls *.txt |
    sed 's/\\(.*\\).txt/"\\1": {{"aliyun": "SMS_1"}}/' | paste -sd ,)
sed -i "s|^SMS_TEMPLATES=.*|SMS_TEMPLATES='{{$templates}}'|" "$1"
"""
CERTIFICATE = f"""
set -e
install -d /etc/ssl/portal
openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN={HOST} \\
    -addext subjectAltName=DNS:{HOST} \\
    -keyout /etc/ssl/portal/key.pem -out /etc/ssl/portal/fullchain.pem
cp /etc/ssl/portal/fullchain.pem /usr/local/share/ca-certificates/portal.crt
update-ca-certificates
systemd-run --unit=mail python3 -W ignore -m smtpd -n -c DebuggingServer 127.0.0.1:2525
"""
# Asks pages until it is stopped; how many were not answered.
ASKING = f"""
import ssl, sys, time, urllib.request
asked = failed = 0
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    asked += 1
    try:
        urllib.request.urlopen("https://{HOST}/account/login/", timeout=20).read()
    except OSError as error:
        failed += 1
        print(error)
    time.sleep(0.05)
print(f"{{failed}} of {{asked}} requests failed")
sys.exit(failed > 0)
"""


def blocks_of(heading: str) -> list[str]:
    """The commands below the headings that begin so, filled in as the page asks."""
    parts = re.split(r"(?m)^## ", PAGE.read_text(encoding="utf-8"))
    text = "".join(part for part in parts if re.match(heading, part))
    filled = {"https://git.example.org/xuejiportal.git": SOURCE, "LOGIN": "operator"}
    for example, value in filled.items():
        text = text.replace(example, value)
    return BLOCK.findall(text)


def prepare(root: Path) -> None:
    """The code to clone, the operator's editor, and the portal's name."""
    source = root / "srv/source.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", f"file://{ROOT}", source], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=True)
    given = ("branch", "--force", "given", head.stdout.decode().strip())
    subprocess.run(["git", "-C", source, *given], check=True, capture_output=True)
    subprocess.run(["git", "-C", source, "symbolic-ref", "HEAD", "refs/heads/given"], check=True)
    editor = root / "usr/local/bin/fill-in"
    editor.write_text(EDITOR, encoding="utf-8")
    editor.chmod(0o755)
    with (root / "etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.0.1 localhost {HOST}\n")


def install(machine: Machine) -> None:
    """Everything up to the first people and the practice file."""
    first = blocks_of("1 ")
    if "given.crt" in os.listdir(machine.root / "usr/local/share/ca-certificates"):
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        first.insert(0, f"export SSL_CERT_FILE={bundle} PIP_CERT={bundle}\n")
    machine.paste(first, ANSWERS)
    machine.shell(CERTIFICATE)
    rest = [f"export HOST={HOST}\ncd /srv/xuejiportal\n", *blocks_of("[2-6] "), *blocks_of("7 ")]
    seen = machine.paste(rest, ANSWERS)
    for told in re.findall(r"(?m)^.*(?:WARNINGS|ERRORS|System check identified).*$", seen):
        print(told, flush=True)


def judge(machine: Machine) -> None:
    """Everything runs, confined as the page says; the doctor misses the SMS provider alone."""
    for unit in UNITS:
        machine.run("systemctl", "is-active", unit)
        told = machine.run("systemd-analyze", "security", "--no-pager", unit).splitlines()[-1]
        print(f"{unit}: {told.strip()}", flush=True)
        if float(re.findall(r"[\d.]+(?= OK)", told)[0]) > EXPOSURE:
            raise FailedError(told)
    if failed := machine.run("systemctl", "--failed", "--no-legend"):
        raise FailedError(failed)
    told = machine.run("/srv/xuejiportal/deploy/portal", "doctor", check=False)
    print(told, flush=True)
    if [line for line in told.splitlines() if line.startswith("!!") and "SMS by" not in line]:
        raise FailedError(told)


def kill(machine: Machine) -> None:
    """A service that is killed is back by itself."""
    for unit in UNITS:
        machine.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", unit)
        begin = time.monotonic()
        ready = "systemctl is-active -q {0} && curl -fsS -o /dev/null https://{1}/account/login/"
        while time.monotonic() - begin < BACK:
            time.sleep(0.5)
            try:
                machine.shell(ready.format(unit, HOST))
                break
            except FailedError:
                continue
        else:
            raise FailedError(f"{unit} is not back")
        print(f"{unit}: killed, back in {time.monotonic() - begin:.0f} s", flush=True)


def reload(machine: Machine) -> None:
    """The web processes are replaced, and no request fails."""
    machine.write("/root/asking", ASKING)
    asking = subprocess.Popen(
        machine.enter("python3", "/root/asking", "75"), stdout=subprocess.PIPE, text=True
    )
    time.sleep(3)
    machine.run("systemctl", "reload", "portal-web")
    told = asking.communicate()[0]
    print(f"reload: {told.strip().splitlines()[-1]}", flush=True)
    if asking.returncode:
        raise FailedError(told)


def restore(machine: Machine) -> None:
    """The line for the night, and the steps of a restore."""
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    [line] = re.findall(r"(?m)^30 2 \* \* \*  (.*)$", text)
    machine.shell(line.replace("\\%", "%"))
    machine.run("systemctl", "stop", *UNITS)
    portal = "/srv/xuejiportal/deploy/portal"
    machine.shell(f"{portal} restore /var/lib/xuejiportal/backups/$(date +%F) --yes")
    print(machine.run(portal, "verify_audit"), flush=True)
    machine.shell("redis-cli -n 0 FLUSHDB")
    machine.run("systemctl", "start", *UNITS)
    machine.shell(f"curl -fsS --retry 30 --retry-delay 2 --retry-all-errors https://{HOST}/healthz")


def upgrade(machine: Machine) -> None:
    """The page's steps for a new version; the reload goes on when they are done."""
    machine.paste([f"export HOST={HOST}\n", *blocks_of("升级")], ANSWERS)
    time.sleep(RELOADING)
    judge(machine)


def follow(authority: Path | None) -> None:
    """Make the machine, take the steps one after the other, and tell how long each took."""
    place = Path(tempfile.mkdtemp(prefix="bare-debian-"))
    place.chmod(0o755)
    root = place / "root"
    try:
        make(root, authority)
        prepare(root)
        with booted(root) as machine:
            for step in (install, judge, kill, reload, upgrade, restore):
                begin = time.monotonic()
                step(machine)
                print(f"{step.__name__}: {time.monotonic() - begin:.0f} s", flush=True)
    finally:
        if os.environ.get("KEEP"):
            print(root)
        else:
            shutil.rmtree(place)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--ca", type=Path, help="a certificate that this network needs")
    try:
        follow(parser.parse_args().ca)
    except FailedError as error:
        print(f"FAILED\n{error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
