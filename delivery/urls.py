"""Addresses of the delivery app."""

from django.urls import path

from delivery import views, webhooks

app_name = "delivery"
urlpatterns = [
    path("delivery/receipts/<slug:provider>/<str:token>/", webhooks.receive, name="receipts"),
    path("dev/outbox/", views.outbox, name="outbox"),
    path("dev/outbox/<slug:channel>/<uuid:name>/", views.letter, name="letter"),
]
