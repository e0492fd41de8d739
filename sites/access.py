"""The only way from a user to one object of this app: strangers get 404, members without the right 403."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404

from rollout.access import AnyUser, require, rollout_for
from rollout.models import Rollout
from rollout.permissions import Permission
from sites.import_targets import target_called
from sites.models import (
    AccessWindow,
    Attachment,
    Attribute,
    Blackout,
    Contact,
    Inquiry,
    Site,
    SiteGroup,
    SiteImport,
)


def site_for(user: AnyUser, code: str, key: str, permission: Permission) -> tuple[Rollout, Site]:
    """Return a rollout and the site of its client with this number, if the user may do this in the rollout."""
    rollout = rollout_for(user, code, permission)
    visible = Site.objects.visible_to(user).filter(client=rollout.client_id)
    site: Site = get_object_or_404(visible.select_related("territory", "format"), key=key)
    return rollout, site


def contact_for(
    user: AnyUser, code: str, key: str, pk: int, permission: Permission
) -> tuple[Rollout, Contact]:
    """Return a contact of a site, its site loaded."""
    rollout, site = site_for(user, code, key, permission)
    contact: Contact = get_object_or_404(Contact.objects.visible_to(user).filter(site=site), pk=pk)
    contact.site = site
    return rollout, contact


def window_for(
    user: AnyUser, code: str, key: str, pk: int, permission: Permission
) -> tuple[Rollout, AccessWindow]:
    """Return an access window of a site, its site loaded."""
    rollout, site = site_for(user, code, key, permission)
    window: AccessWindow = get_object_or_404(AccessWindow.objects.visible_to(user).filter(site=site), pk=pk)
    window.site = site
    return rollout, window


def blackout_for(user: AnyUser, code: str, pk: int, permission: Permission) -> tuple[Rollout, Blackout]:
    """Return a blackout of the rollout's client, its group and site loaded; one of a single site only if it is seen."""
    rollout = rollout_for(user, code, permission)
    visible = Blackout.objects.visible_to(user).select_related("group", "site", "created_by")
    blackout: Blackout = get_object_or_404(visible, client=rollout.client_id, pk=pk)
    if blackout.site_id is not None:
        get_object_or_404(Site.objects.visible_to(user), pk=blackout.site_id)
    return rollout, blackout


def group_for(user: AnyUser, code: str, pk: int, permission: Permission) -> tuple[Rollout, SiteGroup]:
    """Return a region or format of the rollout's client."""
    rollout = rollout_for(user, code, permission)
    visible = SiteGroup.objects.visible_to(user).select_related("parent")
    group: SiteGroup = get_object_or_404(visible, client=rollout.client_id, pk=pk)
    return rollout, group


def attribute_for(
    user: AnyUser, code: str, attribute_key: str, permission: Permission
) -> tuple[Rollout, Attribute]:
    """Return an attribute of the rollout's client."""
    rollout = rollout_for(user, code, permission)
    attribute: Attribute = get_object_or_404(Attribute, client=rollout.client_id, key=attribute_key)
    attribute.client = rollout.client
    return rollout, attribute


def import_for(user: AnyUser, code: str, key: uuid.UUID) -> SiteImport:
    """Return an import of a rollout with its file and jobs, if the user may import such things there."""
    visible = SiteImport.objects.visible_to(user).select_related(
        "rollout__client", "file", "uploaded_by", "check_job__by", "apply_job__by", "undo_job__by"
    )
    found: SiteImport = get_object_or_404(visible, key=key, rollout__code=code)
    require(user, target_called(found.target).permission, found.rollout)
    return found


def inquiry_for(user: AnyUser, code: str, key: uuid.UUID, permission: Permission) -> tuple[Rollout, Inquiry]:
    """Return questions that were asked in a rollout, with their site and who asked."""
    rollout = rollout_for(user, code, permission)
    visible = Inquiry.objects.visible_to(user).select_related(
        "site", "contact", "asked_by", "closed_by", "rollout__client"
    )
    found: Inquiry = get_object_or_404(visible, key=key, rollout=rollout)
    return rollout, found


def attachment_for(
    user: AnyUser, code: str, key: str, attachment_key: uuid.UUID, permission: Permission
) -> tuple[Rollout, Attachment]:
    """Return a file about a site with its bytes, preview and who added it; its site loaded."""
    rollout, site = site_for(user, code, key, permission)
    visible = Attachment.objects.visible_to(user).filter(site=site)
    found: Attachment = get_object_or_404(
        visible.select_related("file", "preview", "attribute", "added_by"), key=attachment_key
    )
    found.site = site
    return rollout, found
