"""Addresses of the estate’s API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from sites.api import blackouts, enrolments, estate, files, imports, inquiries, parts, sites

router: Any = SimpleRouter()
router.register("sites", sites.SiteViewSet, basename="api-site")

ROLLOUT = "rollouts/<slug:code>"
# A client's own number may hold a slash: what belongs to a site comes before the site itself.
SITE = f"{ROLLOUT}/sites/<path:key>"

urlpatterns = [
    path(f"{ROLLOUT}/sites/", sites.RolloutSites.as_view(), name="api-rollout-sites"),
    path(f"{SITE}/contacts/", parts.SiteContacts.as_view(), name="api-contacts"),
    path(f"{SITE}/access-windows/", parts.SiteWeek.as_view(), name="api-windows"),
    path(f"{SITE}/access-exceptions/", parts.SiteDays.as_view(), name="api-exceptions"),
    path(f"{SITE}/access-exceptions/<slug:day>/", parts.SiteDay.as_view(), name="api-exception"),
    path(f"{SITE}/facts/", parts.SiteFacts.as_view(), name="api-facts"),
    path(f"{SITE}/facts/<slug:attribute_key>/", parts.OneFact.as_view(), name="api-fact"),
    path(f"{SITE}/attachments/", files.SiteFiles.as_view(), name="api-attachments"),
    path(f"{SITE}/attachments/<uuid:attachment_key>/", files.SiteFile.as_view(), name="api-attachment"),
    path(
        f"{SITE}/attachments/<uuid:attachment_key>/file/",
        files.SiteFileContent.as_view(),
        name="api-attachment-file",
    ),
    path(f"{SITE}/", sites.OneSite.as_view(), name="api-rollout-site"),
    path(f"{ROLLOUT}/enrolments/", enrolments.Places.as_view(), name="api-enrolments"),
    path(f"{ROLLOUT}/enrolments/<path:key>/", enrolments.OnePlace.as_view(), name="api-enrolment"),
    path(f"{ROLLOUT}/changes/<uuid:bulk_id>/undo/", enrolments.ChangeUndo.as_view(), name="api-change-undo"),
    path(f"{ROLLOUT}/regions/", estate.RegionList.as_view(), name="api-regions"),
    path(f"{ROLLOUT}/formats/", estate.FormatList.as_view(), name="api-formats"),
    path(f"{ROLLOUT}/groups/<int:pk>/", estate.OneGroup.as_view(), name="api-group"),
    path(f"{ROLLOUT}/attributes/", estate.AttributeList.as_view(), name="api-attributes"),
    path(f"{ROLLOUT}/attributes/<slug:attribute_key>/", estate.OneAttribute.as_view(), name="api-attribute"),
    path(f"{ROLLOUT}/blackouts/", blackouts.BlackoutList.as_view(), name="api-blackouts"),
    path(f"{ROLLOUT}/blackouts/<int:pk>/", blackouts.OneBlackout.as_view(), name="api-blackout"),
    path(f"{ROLLOUT}/imports/", imports.ImportList.as_view(), name="api-imports"),
    path(f"{ROLLOUT}/imports/<uuid:key>/", imports.OneImport.as_view(), name="api-import"),
    path(f"{ROLLOUT}/imports/<uuid:key>/rows/", imports.ImportRows.as_view(), name="api-import-rows"),
    path(f"{ROLLOUT}/imports/<uuid:key>/check/", imports.ImportCheck.as_view(), name="api-import-check"),
    path(f"{ROLLOUT}/imports/<uuid:key>/apply/", imports.ImportApply.as_view(), name="api-import-apply"),
    path(f"{ROLLOUT}/imports/<uuid:key>/undo/", imports.ImportUndo.as_view(), name="api-import-undo"),
    path(f"{ROLLOUT}/inquiries/", inquiries.InquiryList.as_view(), name="api-inquiries"),
    path(f"{ROLLOUT}/inquiries/<uuid:key>/", inquiries.OneInquiry.as_view(), name="api-inquiry"),
    path(
        f"{ROLLOUT}/inquiries/<uuid:key>/withdraw/",
        inquiries.InquiryWithdraw.as_view(),
        name="api-inquiry-withdraw",
    ),
]
