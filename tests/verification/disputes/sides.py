"""What the sides of a dispute and the registrar do, and the time that passes meanwhile."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.people import enter
from verification import disputes
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import Dispute

PAGE = reverse("verification:dispute")
WORDS = "我没有注册过，有人用了我的身份证号。"


def state(account: User, name: str, number: str, item: str) -> None:
    """Ask for a record in vain."""
    claims.start_attempt(account=account, facts=Facts(name, "居民身份证", number, item))
    claims.submit_attempt(account=account)


def open_one(account: User, **more: object) -> Dispute:
    """Open a dispute in the browser and let the background look into it."""
    enter(account).post(PAGE, {"words": WORDS, **more})
    dispute = Dispute.objects.get(claimant=account)
    disputes.look_into(dispute)
    dispute.refresh_from_db()
    return dispute


def let_time_pass(dispute: Dispute) -> None:
    """The holder has had the time to object."""
    Dispute.objects.update(object_until=timezone.now() - timedelta(minutes=1))
    dispute.refresh_from_db()


def decide(registrar: User, dispute: Dispute, decision: str) -> None:
    """The registrar decides in the browser."""
    page = reverse("verification:decide_dispute", args=[dispute.key])
    enter(registrar).post(page, {"decision": decision, "reason": "核对了证件原件。"})
    dispute.refresh_from_db()
