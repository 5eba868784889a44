"""Addresses of the verification app."""

from django.urls import path

from accounts.urls import converters  # noqa: F401 - registers short_uuid
from verification.assisted import views as assisted
from verification.claims import views as claims_views
from verification.claims.resume import resume
from verification.diagnosis import views as diagnosis
from verification.disputes import claim_objection_views as claims
from verification.disputes import decision_views
from verification.disputes import views as disputes

app_name = "verification"
urlpatterns = [
    path("", claims_views.start, name="start"),
    path("go-on/", resume, name="go_on"),
    path("check/", claims_views.check, name="check"),
    path("third/", claims_views.third_item, name="third"),
    path("why/", diagnosis.ask, name="diagnosis"),
    path("why/<int:position>/", diagnosis.ask, name="diagnosis_step"),
    path("why/findings/", diagnosis.findings, name="findings"),
    path("unmatched/", claims_views.unmatched, name="unmatched"),
    path("further/", claims.further, name="further"),
    path("claims/<short_uuid:key>/object/", claims.object_to_claim, name="object_to_claim"),
    path("claims/<uuid:key>/", claims.claim_objection, name="claim_objection"),
    path("code/", assisted.show_code, name="show_code"),
    path("assist/<uuid:key>/", assisted.assist, name="assist"),
    path("assist/<uuid:key>/undo/", assisted.undo, name="undo_assist"),
    path("assist/<uuid:key>/approve/", assisted.approve, name="approve_assist"),
    path("rescue/<uuid:key>/", assisted.rescue, name="rescue"),
    path("dispute/", disputes.dispute, name="dispute"),
    path("dispute/withdraw/", disputes.withdraw, name="withdraw_dispute"),
    path("dispute/<uuid:key>/files/<uuid:file>/", disputes.evidence, name="dispute_evidence"),
    path("objection/<uuid:key>/", disputes.objection, name="objection"),
    path("vouch/<int:pk>/", disputes.vouch, name="vouch"),
    path("disputes/", decision_views.queue, name="disputes"),
    path("disputes/<uuid:key>/", decision_views.one, name="dispute_desk"),
    path("disputes/<uuid:key>/decide/", decision_views.decide, name="decide_dispute"),
    path("disputes/<uuid:key>/undo/", decision_views.undo, name="undo_decision"),
    path("disputes/<uuid:key>/files/<uuid:file>/", decision_views.evidence, name="desk_evidence"),
]
