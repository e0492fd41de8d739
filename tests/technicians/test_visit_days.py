"""What the phone says where the day of a visit differs from the week in its packet."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse

from technicians.problems import evening_of
from tests import factories as make
from tests.technicians.test_review_pages import phone, visit

__all__ = ["phone", "visit"]


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [
        (None, None, "The site is closed on"),
        (time(22), time(3), "other hours hold: 22:00 to 03:00 (Stocktaking)"),
    ],
)
def test_the_phone_says_where_the_day_of_the_visit_has_other_hours(phone, visit, opens, closes, sentence):
    site = visit.work_order.enrolment.site
    night = evening_of(visit.starts_at, site)
    make.AccessExceptionFactory(site=site, on=night, opens=opens, closes=closes, note="Stocktaking")
    make.AccessExceptionFactory(site=site, on=night + timedelta(days=9), note="Next week")
    page = phone.client.get(reverse("technicians:visit", args=[visit.key])).content.decode()
    assert sentence in page
    assert "Next week" not in page
