"""Tencent Cloud Short Message Service (sms, version 2021-01-11)."""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from delivery.errors import DeliveryError, PermanentError, RuleError, TransientError, UncertainError
from delivery.sms import http
from delivery.sms.base import Pending, Receipt, Sent, Sms
from delivery.sms.signatures import JSON, tc3_authorization
from delivery.sms.templates import fill

VERSION = "2021-01-11"
CHINA = timezone(timedelta(hours=8))
# About this number: no later attempt will be accepted.
PERMANENT = {
    "InvalidParameterValue.IncorrectPhoneNumber",
    "FailedOperation.PhoneNumberInBlacklist",
    "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
}
# This provider's rules on templates, signatures and texts: another may accept the message.
BY_RULE = {
    "InvalidParameterValue.TemplateParameterFormatError",
    "InvalidParameterValue.TemplateParameterLengthLimit",
    "InvalidParameterValue.MissingTemplateParameter",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    "InvalidParameterValue.ContentLengthLimit",
    "FailedOperation.ContainSensitiveWord",
    "FailedOperation.TemplateIncorrectOrUnapproved",
    "FailedOperation.SignatureIncorrectOrUnapproved",
}


class TencentProvider:
    """Sends through Tencent Cloud; thread-safe."""

    name = "tencent"

    def __init__(self) -> None:
        self._http = http.client()

    def send(self, sms: Sms) -> str:
        """SendSms. See ``SmsProvider.send``."""
        filled = fill(self.name, sms)
        answer = self._call(
            "SendSms",
            {
                "PhoneNumberSet": [sms.to],
                "SmsSdkAppId": settings.TENCENT_SMS_APP_ID,
                "SignName": settings.TENCENT_SMS_SIGN_NAME,
                "TemplateId": filled.template_id,
                "TemplateParamSet": list(filled.params.values()),
                "SessionContext": sms.out_id,
            },
        )
        statuses = answer.get("SendStatusSet") or [{}]
        code = str(statuses[0].get("Code", ""))
        if code != "Ok":
            raise _refusal(code)
        return str(statuses[0].get("SerialNo", ""))

    def look_up(self, sent: Sent) -> Receipt | Pending:
        """PullSmsSendStatusByPhoneNumber; matched by SessionContext or SerialNo.

        Only messages that have a receipt are listed: an empty result proves nothing.
        """
        try:
            answer = self._call(
                "PullSmsSendStatusByPhoneNumber",
                {
                    "BeginTime": int(sent.handed_over_at.timestamp()) - 60,
                    "Offset": 0,
                    "Limit": 100,
                    "PhoneNumber": sent.to,
                    "SmsSdkAppId": settings.TENCENT_SMS_APP_ID,
                },
            )
        except DeliveryError as error:  # a look-up has no effect: it may be repeated
            raise TransientError(error.code) from error
        for status in answer.get("PullSmsSendStatusSet") or []:
            ours = status.get("SessionContext") == sent.out_id
            if ours or (sent.provider_id and status.get("SerialNo") == sent.provider_id):
                return Receipt(
                    sent.out_id,
                    str(status.get("SerialNo", "")),
                    delivered=status.get("ReportStatus") == "SUCCESS",
                    at=datetime.fromtimestamp(int(status["UserReceiveTime"]), UTC),
                    error=str(status.get("Description", "")),
                )
        return Pending()

    def _call(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The ``Response`` object of the answer. Raises a DeliveryError for an error in it."""
        body = json.dumps(parameters, ensure_ascii=False).encode()
        timestamp = int(time.time())
        signed = {
            "content-type": JSON,
            "host": urlsplit(settings.TENCENT_SMS_ENDPOINT).netloc,
            "x-tc-action": action,
        }
        headers = {
            **signed,
            "X-TC-Version": VERSION,
            "X-TC-Region": settings.TENCENT_SMS_REGION,
            "X-TC-Timestamp": str(timestamp),
            "Authorization": tc3_authorization(
                secret_id=settings.TENCENT_SECRET_ID,
                secret_key=settings.TENCENT_SECRET_KEY,
                service="sms",
                headers=signed,
                body=body,
                timestamp=timestamp,
            ),
        }
        answer = http.post(
            self._http, settings.TENCENT_SMS_ENDPOINT, "/", headers=headers, content=body
        )
        response = answer.get("Response")
        if not isinstance(response, dict):
            raise UncertainError("no-response-object")
        if error := response.get("Error"):
            raise _refusal(str(error.get("Code", "")))
        return response


def pushed_receipts(items: Iterable[Any]) -> list[Receipt]:
    """Receipts of a status call-back. Raises KeyError, TypeError or ValueError."""
    return [
        Receipt(
            out_id=str(item.get("ext") or ""),
            provider_id=str(item["sid"]),
            delivered=item["report_status"] == "SUCCESS",
            at=_time(item.get("user_receive_time")),
            error=str(item.get("errmsg") or ""),
        )
        for item in items
    ]


def _refusal(code: str) -> DeliveryError:
    if code in BY_RULE:
        return RuleError(code)
    return PermanentError(code) if code in PERMANENT else TransientError(code or "no-code")


def _time(value: str | None) -> datetime | None:
    if not value:
        return None
    return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
