"""Addresses of the delivery app; the frame includes them only with DEBUG."""

from django.urls import path

from delivery import views

app_name = "delivery"
urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<slug:channel>/<uuid:name>/", views.letter, name="letter"),
]
