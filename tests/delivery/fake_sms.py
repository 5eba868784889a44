"""A stand-in for both SMS vendors that checks signatures as they publish the check.

Written from the vendors' description of what the server verifies, apart from
the code under test. It keeps what it accepted and can be told to misbehave.
"""

import hashlib
import hmac
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote

SECRETS = {"aliyun-id": "aliyun-secret", "tencent-id": "tencent-secret"}


def sha256(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@dataclass
class Fake:
    """What the vendors know and how they shall behave."""

    url: str = ""
    accepted: list[dict[str, Any]] = field(default_factory=list)
    refused_signatures: int = 0
    # Misbehaviour for the next sends: an HTTP status, a vendor's error code,
    # "lost" (accept and never answer), "drop" (close without accepting).
    faults: list[int | str] = field(default_factory=list)
    delay: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> int | str | None:
        with self.lock:
            return self.faults.pop(0) if self.faults else None

    def accept(self, message: dict[str, Any]) -> str:
        with self.lock:
            self.accepted.append(message | {"at": time.time()})
            return f"serial-{len(self.accepted)}"


class Handler(BaseHTTPRequestHandler):
    """Speaks both protocols; which one is told by the Authorization header."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    fake: Fake

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        authorization = self.headers.get("Authorization", "")
        scheme, _, rest = authorization.partition(" ")
        fields = dict(part.strip().split("=", 1) for part in rest.split(","))
        if scheme == "ACS3-HMAC-SHA256":
            self.aliyun(fields)
        elif scheme == "TC3-HMAC-SHA256":
            self.tencent(fields)
        else:
            self.answer(401, {})

    def answer(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def canonical(self, fields: dict[str, str], query: str) -> str:
        names = fields["SignedHeaders"].split(";")
        assert names == sorted(names)
        lines = []
        for name in names:
            value = self.headers[name].strip()
            if name == "x-tc-action":
                value = value.lower()
            lines.append(f"{name}:{value}\n")
        digest = sha256(self.body)
        return f"POST\n/\n{query}\n{''.join(lines)}\n{';'.join(names)}\n{digest}"

    def misbehave(self, message: dict[str, Any]) -> int | str | None:
        fault = self.fake.next_fault()
        time.sleep(self.fake.delay)
        if fault == "lost":
            self.fake.accept(message)
        if fault in ("lost", "drop"):
            self.close_connection = True
            self.connection.close()
        return fault

    # --- Alibaba Cloud

    def aliyun(self, fields: dict[str, str]) -> None:
        parameters = dict(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))
        query = "&".join(
            f"{quote(name, safe='')}={quote(parameters[name], safe='')}"
            for name in sorted(parameters)
        )
        digest = sha256(self.canonical(fields, query).encode())
        secret = SECRETS.get(fields["Credential"], "")
        wanted = mac(secret.encode(), f"ACS3-HMAC-SHA256\n{digest}").hex()
        age = datetime.now(UTC) - datetime.fromisoformat(self.headers["x-acs-date"])
        required = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-content-sha256"}
        whole = required | {"x-acs-signature-nonce"} <= set(fields["SignedHeaders"].split(";"))
        if wanted != fields["Signature"] or not whole or abs(age.total_seconds()) > 900:
            self.fake.refused_signatures += 1
            return self.answer(400, {"Code": "SignatureDoesNotMatch"})
        assert self.headers["x-acs-version"] == "2017-05-25"
        if self.headers["x-acs-action"] == "QuerySendDetails":
            return self.aliyun_details(parameters)
        return self.aliyun_send(parameters)

    def aliyun_send(self, parameters: dict[str, str]) -> None:
        message = {
            "vendor": "aliyun",
            "to": parameters["PhoneNumbers"],
            "template": parameters["TemplateCode"],
            "params": json.loads(parameters["TemplateParam"]),
            "out_id": parameters["OutId"],
            "sign": parameters["SignName"],
        }
        fault = self.misbehave(message)
        if fault in ("lost", "drop"):
            return
        if isinstance(fault, int):
            self.answer(fault, {"Code": "ServiceUnavailable"})
        elif fault:
            self.answer(200, {"Code": fault, "Message": "refused"})
        else:
            self.answer(200, {"Code": "OK", "BizId": self.fake.accept(message)})

    def aliyun_details(self, parameters: dict[str, str]) -> None:
        assert len(parameters["SendDate"]) == 8
        details = [
            {
                "OutId": message["out_id"],
                "SendStatus": 3,
                "ReceiveDate": "2026-09-01 08:00:00",
                "ErrCode": "DELIVERED",
            }
            for message in self.fake.accepted
            if message["vendor"] == "aliyun" and message["to"] == parameters["PhoneNumber"]
        ]
        value = {"SmsSendDetailDTO": details}
        self.answer(200, {"Code": "OK", "TotalCount": len(details), "SmsSendDetailDTOs": value})

    # --- Tencent Cloud

    def tencent(self, fields: dict[str, str]) -> None:
        secret_id, day, service, ending = fields["Credential"].split("/")
        digest = sha256(self.canonical(fields, "").encode())
        stamp = self.headers["X-TC-Timestamp"]
        text = f"TC3-HMAC-SHA256\n{stamp}\n{day}/{service}/{ending}\n{digest}"
        key = ("TC3" + SECRETS.get(secret_id, "")).encode()
        for part in (day, service, ending):
            key = mac(key, part)
        named = {"content-type", "host"} <= set(fields["SignedHeaders"].split(";"))
        fresh = abs(time.time() - int(stamp)) < 300
        if mac(key, text).hex() != fields["Signature"] or not named or not fresh:
            self.fake.refused_signatures += 1
            return self.tencent_error("AuthFailure.SignatureFailure")
        assert self.headers["X-TC-Version"] == "2021-01-11"
        value = json.loads(self.body)
        if self.headers["X-TC-Action"] == "PullSmsSendStatusByPhoneNumber":
            return self.tencent_statuses(value)
        return self.tencent_send(value)

    def tencent_error(self, code: str) -> None:
        self.answer(200, {"Response": {"Error": {"Code": code}, "RequestId": "r"}})

    def tencent_send(self, value: dict[str, Any]) -> None:
        message = {
            "vendor": "tencent",
            "to": value["PhoneNumberSet"][0],
            "template": value["TemplateId"],
            "params": value["TemplateParamSet"],
            "out_id": value["SessionContext"],
            "sign": value["SignName"],
        }
        fault = self.misbehave(message)
        if fault in ("lost", "drop"):
            return
        if isinstance(fault, int):
            self.answer(fault, {})
        else:
            serial = "" if fault else self.fake.accept(message)
            status = {"Code": fault or "Ok", "SerialNo": serial}
            self.answer(200, {"Response": {"SendStatusSet": [status], "RequestId": "r"}})

    def tencent_statuses(self, value: dict[str, Any]) -> None:
        statuses = [
            {
                "SerialNo": f"serial-{number}",
                "SessionContext": message["out_id"],
                "ReportStatus": "SUCCESS",
                "UserReceiveTime": 1788220800,
                "Description": "DELIVRD",
            }
            for number, message in enumerate(self.fake.accepted, 1)
            if message["vendor"] == "tencent" and message["to"] == value["PhoneNumber"]
        ]
        self.answer(200, {"Response": {"PullSmsSendStatusSet": statuses, "RequestId": "r"}})


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *args: Any) -> None:
        """A client that hung up is part of the play; anything else is a fault of the fake."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*args)


@contextmanager
def serving() -> Iterator[Fake]:
    """A running fake; its address is ``url``."""
    fake = Fake()
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"fake": fake}))
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
