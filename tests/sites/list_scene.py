"""What tests of the list of sites start from."""

from __future__ import annotations

from django.urls import reverse

from tests import factories as make


def some_sites(cast, keys=("2", "10", "9", "A10", "A9")):
    """Bring sites with these numbers into the rollout; returns their enrolments in this order."""
    return [
        make.EnrolmentFactory(
            rollout=cast.rollout, site=make.SiteFactory(client=cast.client, key=key, name=f"Store {key}")
        )
        for key in keys
    ]


def list_url(cast, query=""):
    """The list's address with a query string."""
    return reverse("sites:list", kwargs={"code": cast.rollout.code}) + query


def keys(answer):
    """The numbers on the page, in order."""
    return [row.site.key for row in answer.context["page_obj"]]
