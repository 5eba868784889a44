"""Addresses of the portal, and pages that fail in each way."""

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from xuejiportal.storage.errors import StorageDownError
from xuejiportal.urls import handler400, handler500
from xuejiportal.urls import urlpatterns as portal_patterns


@login_not_required
def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


@login_not_required
def too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("110101199003070097 must never be seen")


@login_not_required
def without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError from psycopg.OperationalError("connection refused")


@login_not_required
def locked(request: HttpRequest) -> HttpResponse:
    raise OperationalError from psycopg.errors.LockNotAvailable("canceling statement")


@login_not_required
def out_of_reach(request: HttpRequest) -> HttpResponse:
    raise StorageDownError


urlpatterns = [
    *portal_patterns,
    path("forbidden/", forbidden),
    path("too-many/", too_many),
    path("broken/", broken),
    path("out-of-reach/", out_of_reach),
    path("without-database/", without_database),
    path("locked/", locked),
]
__all__ = ["handler400", "handler500", "urlpatterns"]
