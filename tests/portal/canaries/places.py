"""What a thief could take away, and what of the canaries is found in it however it is written."""

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import redis
from django.conf import settings as portal
from django.db import connection

from devtools.embedded.programs import postgresql

NUMBER = re.compile(rb"(?=(\d{17}[\dXx]))")
HEX_NUMBER = re.compile(rb"(?=((?:3\d){17}(?:3\d|[57]8)))")
PHONE = re.compile(rb"(?=(1\d{10}))")
HEX_PHONE = re.compile(rb"(?=(31(?:3\d){10}))")


def dump() -> bytes:
    """What ``pg_dump`` writes of the whole database."""
    values = connection.settings_dict
    address = {
        "host": values["HOST"], "port": values["PORT"], "user": values["USER"],
        "password": values["PASSWORD"], "dbname": values["NAME"],
    }  # fmt: skip
    given = " ".join(f"{name}='{value}'" for name, value in address.items() if value)
    program = postgresql(None)[0][0] / "pg_dump"
    return subprocess.run([program, given], capture_output=True, check=True).stdout


def redis_contents() -> bytes:
    """Every key and value of the test's Redis; the bodies of tasks also decoded."""
    server = redis.Redis.from_url(portal.REDIS_URL)
    found: list[bytes] = []
    for key in server.scan_iter():
        kind: Any = server.type(key)
        read = {b"string": server.get, b"hash": server.hgetall, b"set": server.smembers}
        if kind == b"list":
            value: Any = server.lrange(key, 0, -1)
        elif kind == b"zset":
            value = server.zrange(key, 0, -1, withscores=True)
        else:
            value = read[kind](key)
        found += [key, value if isinstance(value, bytes) else repr(value).encode()]
        for item in value if isinstance(value, list) else []:
            found.append(base64.b64decode(json.loads(item)["body"]))
    return b"\n".join(found)


def storage(folder: Path) -> bytes:
    """All files of the folder."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def forms(text: str) -> list[bytes]:
    """``text`` as it could be written down: plain, escaped, as hex, in base 64."""
    raw = text.encode()
    shifted = [base64.b64encode(b"x" * n + raw)[2 * n : -4] for n in range(3)]
    escaped = json.dumps(text)[1:-1].encode()
    return [raw, escaped, raw.hex().encode(), *(form for form in shifted if len(form) > 8)]


def numbers_in(content: bytes) -> set[str]:
    """Whatever could be a certificate or mobile number, also where it is written as hex."""
    plain = {match.decode().upper() for kind in (NUMBER, PHONE) for match in kind.findall(content)}
    hexed = {bytes.fromhex(m.decode()) for k in (HEX_NUMBER, HEX_PHONE) for m in k.findall(content)}
    return plain | {number.decode().upper() for number in hexed}
