"""Alibaba Cloud Short Message Service (dysmsapi, version 2017-05-25)."""

import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from database.clock import database_now
from delivery.errors import DeliveryError, PermanentError, RuleError, TransientError, UncertainError
from delivery.sms import http
from delivery.sms.base import Absent, Pending, Receipt, Sent, Sms
from delivery.sms.signatures import acs3_headers, acs3_query
from delivery.sms.templates import fill

VERSION = "2017-05-25"
CHINA = timezone(timedelta(hours=8))
# About this number: no later attempt will be accepted.
PERMANENT = {
    "isv.MOBILE_NUMBER_ILLEGAL",
    "isv.MOBILE_COUNT_OVER_LIMIT",
    "MobileNumberIllegal",
}
# This provider's rules on templates, signatures and texts: another may accept the message.
BY_RULE = {
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.TEMPLATE_PARAMS_ILLEGAL",
    "isv.TEMPLATE_MISSING_PARAMETERS",
    "isv.INVALID_PARAMETERS",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.PARAM_NOT_SUPPORT_URL",
    "isv.SMS_CONTENT_ILLEGAL",
    "isv.SMS_TEMPLATE_ILLEGAL",
    "isv.SMS_SIGNATURE_ILLEGAL",
}
FAILED, DELIVERED = 2, 3  # SendStatus; 1 is "waiting for the receipt"


class AliyunProvider:
    """Sends through Alibaba Cloud; thread-safe."""

    name = "aliyun"

    def __init__(self) -> None:
        self._http = http.client()

    def send(self, sms: Sms) -> str:
        """SendSms. See ``SmsProvider.send``."""
        filled = fill(self.name, sms)
        parameters = {
            "PhoneNumbers": _number(sms.to),
            "SignName": settings.ALIYUN_SMS_SIGN_NAME,
            "TemplateCode": filled.template_id,
            "TemplateParam": json.dumps(filled.params, ensure_ascii=False),
            "OutId": sms.out_id,
        }
        answer = self._call("SendSms", parameters)
        if answer.get("Code") != "OK":
            raise _refusal(str(answer.get("Code", "")))
        return str(answer.get("BizId", ""))

    def look_up(self, sent: Sent) -> Receipt | Absent | Pending:
        """QuerySendDetails for the number and day; the message is matched by OutId."""
        parameters = {
            "PhoneNumber": _number(sent.to),
            "SendDate": sent.handed_over_at.astimezone(CHINA).strftime("%Y%m%d"),
            "PageSize": "50",
            "CurrentPage": "1",
        }
        if sent.provider_id:
            parameters["BizId"] = sent.provider_id
        try:
            answer = self._call("QuerySendDetails", parameters)
        except UncertainError as error:  # a look-up has no effect: it may be repeated
            raise TransientError(error.code) from error
        if answer.get("Code") != "OK":
            raise TransientError(str(answer.get("Code", "")))
        details = answer.get("SmsSendDetailDTOs", {}).get("SmsSendDetailDTO", [])
        for detail in details:
            if detail.get("OutId") == sent.out_id:
                return _receipt(sent, detail)
        # Details appear with a delay; before it has passed, an empty result proves nothing.
        delay = timedelta(seconds=settings.ALIYUN_DETAILS_DELAY)
        old = database_now() - sent.handed_over_at > delay
        whole = len(details) == int(answer.get("TotalCount", len(details)))
        return Absent() if old and whole and not sent.provider_id else Pending()

    def _call(self, action: str, parameters: dict[str, str]) -> dict[str, Any]:
        endpoint = urlsplit(settings.ALIYUN_SMS_ENDPOINT)
        query = acs3_query(parameters)
        headers = acs3_headers(
            key_id=settings.ALIYUN_ACCESS_KEY_ID,
            secret=settings.ALIYUN_ACCESS_KEY_SECRET,
            host=endpoint.netloc,
            action=action,
            version=VERSION,
            query=query,
            at=datetime.now(UTC),
            nonce=secrets.token_hex(16),
        )
        return http.post(
            self._http, settings.ALIYUN_SMS_ENDPOINT, f"/?{query}", headers=headers, content=b""
        )


def pushed_receipts(items: Iterable[Any]) -> list[Receipt]:
    """Receipts of an ``SmsReport`` push. Raises KeyError, TypeError or ValueError."""
    return [
        Receipt(
            out_id=str(item.get("out_id") or ""),
            provider_id=str(item["biz_id"]),
            delivered=item["success"] is True,
            at=_time(item.get("report_time")),
            error=str(item.get("err_code") or ""),
        )
        for item in items
    ]


def _number(number: str) -> str:
    """Mainland numbers without prefix, others with country code and no plus sign."""
    return number.removeprefix("+86") if number.startswith("+86") else number.removeprefix("+")


def _refusal(code: str) -> DeliveryError:
    if code in BY_RULE:
        return RuleError(code)
    return PermanentError(code) if code in PERMANENT else TransientError(code or "no-code")


def _receipt(sent: Sent, detail: dict[str, Any]) -> Receipt | Pending:
    status = int(detail.get("SendStatus", 1))
    if status not in (FAILED, DELIVERED):
        return Pending()
    return Receipt(
        sent.out_id,
        sent.provider_id,
        delivered=status == DELIVERED,
        at=_time(detail.get("ReceiveDate")),
        error=str(detail.get("ErrCode") or ""),
    )


def _time(value: str | None) -> datetime | None:
    if not value:
        return None
    return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
