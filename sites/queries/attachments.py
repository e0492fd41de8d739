"""Reads of the files about a site."""

from __future__ import annotations

from django.db.models import QuerySet

from sites.models import Attachment, Site


def attachments_of(site: Site) -> QuerySet[Attachment]:
    """The site's files, plans first, newest first within a kind, with their bytes' names and who added them."""
    rows: QuerySet[Attachment] = Attachment.objects.filter(site=site)
    return rows.select_related("file", "preview", "attribute", "added_by").order_by(
        "kind", "-added_at", "-pk"
    )
