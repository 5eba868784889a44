"""Facts stated in vain, and two disputes: one waits for the holder, one for the school."""

from accounts.models import User
from devtools.demo.registry import AT
from enrollment.records.unclaimed_progress import note_searched
from verification.claims.services import start_attempt, submit_attempt
from verification.disputes.common import Statement
from verification.disputes.holder_objections import object_to
from verification.disputes.opening import look_into, open_dispute
from verification.facts import Facts
from verification.models import Dispute

CONTESTED_ROW, HEARD_ROW = 11, 19


def state_in_vain(account: User, row: list[str]) -> None:
    """Try to find the record in ``row`` under a name with one wrong character."""
    facts = Facts(row[AT["姓名"]][:-1] + "果", "居民身份证", row[AT["证件号码"]], row[AT["考生号"]])
    start_attempt(account=account, facts=facts)
    submit_attempt(account=account)
    note_searched(certificate_hash=facts.certificate_hash, not_found=True)


def open_disputes(claimant: User, other: User, rows: list[list[str]]) -> None:
    """``claimant`` wants the record in ``CONTESTED_ROW``; of the other both sides were heard."""
    _dispute(claimant, rows[CONTESTED_ROW], "这条学籍是我的，录取通知书和身份证都可以出示。")
    heard = _dispute(other, rows[HEARD_ROW], "有人用我的身份证号先绑定了学籍，我从未授权。")
    if heard.holder is not None:
        words = "我是本人，入学照片就是我，可以到学校当面核对。"
        object_to(dispute=heard, holder=heard.holder, statement=Statement(words))


def _dispute(claimant: User, row: list[str], words: str) -> Dispute:
    facts = Facts(row[AT["姓名"]], "居民身份证", row[AT["证件号码"]], row[AT["考生号"]])
    dispute = open_dispute(account=claimant, facts=facts, statement=Statement(words))
    look_into(dispute)
    dispute.refresh_from_db()
    return dispute
