"""The holder of a record, and a report that he printed."""

import pytest
from django.test import Client

from accounts.models import User
from enrollment.models import StatusReport, StudentRecord
from tests.enrollment.status_reports.reports import issue


@pytest.fixture
def holder(wang: User, wang_record: StudentRecord) -> Client:
    """王明, signed in."""
    client = Client()
    client.force_login(wang)
    return client


@pytest.fixture
def report(holder: Client, wang_record: StudentRecord) -> StatusReport:
    """A printed report of his."""
    return issue(holder, wang_record, language="zh")
