"""Webhooks to which SMS providers push receipts, behind a secret address."""

import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from delivery.outbox.transitions import record
from delivery.sms import aliyun, tencent
from delivery.sms.base import Receipt

MAX_RECEIPTS = 500  # in one push; the vendors send at most 100


@dataclass(frozen=True)
class Push:
    """How a vendor pushes receipts: the parser, and the response body it expects."""

    read: Callable[[Iterable[Any]], list[Receipt]]
    acknowledgement: dict[str, object]


PUSHES = {
    "aliyun": Push(aliyun.pushed_receipts, {"code": 0, "msg": "成功"}),
    "tencent": Push(tencent.pushed_receipts, {"result": 0, "errmsg": "OK"}),
}


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest, provider: str, token: str) -> HttpResponseBase:
    """Record pushed receipts; the address is secret, since the vendors sign nothing."""
    push = PUSHES.get(provider)
    expected = settings.SMS_RECEIPT_TOKEN
    known = hmac.compare_digest(token.encode(), expected.encode())
    if push is None or not expected or not known:
        raise Http404
    try:
        items = json.loads(request.body)
        if not isinstance(items, list) or len(items) > MAX_RECEIPTS:
            raise ValueError("a list of receipts was expected")
        receipts = push.read(items)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return HttpResponseBadRequest("malformed", content_type="text/plain; charset=utf-8")
    for receipt in receipts:
        record(provider, receipt)
    return JsonResponse(push.acknowledgement)
