"""Addresses of the verification app."""

from django.urls import path

from accounts.urls import converters  # noqa: F401 - registers short_uuid
from verification.claims import views as claims
from verification.views import assisting, deciding, diagnosis, disputes, proving
from verification.views.resume import go_on

app_name = "verification"
urlpatterns = [
    path("", proving.start, name="start"),
    path("go-on/", go_on, name="go_on"),
    path("check/", proving.check, name="check"),
    path("third/", proving.third, name="third"),
    path("why/", diagnosis.ask, name="diagnosis"),
    path("why/<int:position>/", diagnosis.ask, name="diagnosis_step"),
    path("why/findings/", diagnosis.findings, name="findings"),
    path("unmatched/", proving.unmatched, name="unmatched"),
    path("further/", claims.further, name="further"),
    path("claims/<short_uuid:key>/object/", claims.object_to_claim, name="object_to_claim"),
    path("claims/<uuid:key>/", claims.claim_objection, name="claim_objection"),
    path("code/", assisting.show_code, name="show_code"),
    path("assist/<uuid:key>/", assisting.assist, name="assist"),
    path("assist/<uuid:key>/undo/", assisting.undo, name="undo_assist"),
    path("assist/<uuid:key>/approve/", assisting.approve, name="approve_assist"),
    path("rescue/<uuid:key>/", assisting.rescue, name="rescue"),
    path("dispute/", disputes.dispute, name="dispute"),
    path("dispute/withdraw/", disputes.withdraw, name="withdraw_dispute"),
    path("dispute/<uuid:key>/files/<uuid:file>/", disputes.evidence, name="dispute_evidence"),
    path("objection/<uuid:key>/", disputes.objection, name="objection"),
    path("vouch/<int:pk>/", disputes.vouch, name="vouch"),
    path("disputes/", deciding.queue, name="disputes"),
    path("disputes/<uuid:key>/", deciding.one, name="dispute_desk"),
    path("disputes/<uuid:key>/decide/", deciding.decide, name="decide_dispute"),
    path("disputes/<uuid:key>/undo/", deciding.undo, name="undo_decision"),
    path("disputes/<uuid:key>/files/<uuid:file>/", deciding.evidence, name="desk_evidence"),
]
