"""Packets: generate, look, download, and the page behind the QR code."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_ratelimit.core import is_ratelimited

from rollout import access as base_access
from rollout import files, jobs, zips
from rollout import queries as base_queries
from rollout.exceptions import Refused
from rollout.exports import export_response
from rollout.permissions import Permission
from rollout.views.parts import signed_in
from workorders import access
from workorders.actions import packets as actions
from workorders.queries import packets as queries
from workorders.queries import plan as plan_queries

PER_PAGE = 50
SHOWS = (
    ("", "All"),
    ("issued", "Issued"),
    ("waiting", "Waiting for their PDF"),
    ("blocked", "Blocked by facts"),
    ("new", "Not compiled yet"),
)
COLUMNS = (
    "Work order",
    "Site number",
    "Site",
    "Pages",
    "Words",
    "Minutes of work",
    "Packet",
    "Issued",
    "Waits for",
)


def packet_list(request: HttpRequest, code: str) -> HttpResponseBase:
    """All packets of a rollout: what is issued, what waits, what is blocked by which facts."""
    rollout = base_access.rollout_for(request.user, code, Permission.PACKET_VIEW)
    orders = queries.rows(rollout, request.GET)
    export = export_response(request, f"{code}-packets", COLUMNS, queries.export_rows(orders))
    if export is not None:
        return export
    published = plan_queries.published_revision(rollout)
    job = queries.running_job(rollout)
    context = {
        "rollout": rollout,
        "published": published,
        "summary": queries.summary(rollout, published),
        "facts": queries.missing_facts(rollout),
        "page": Paginator(orders, PER_PAGE).get_page(request.GET.get("page")),
        "waves": base_queries.waves_of(rollout),
        "shows": SHOWS,
        "job": job,
        "counts": jobs.counts(job) if job else None,
        "may_generate": base_access.may(request.user, Permission.PACKET_GENERATE, rollout),
    }
    return render(request, "workorders/packets_page.html", context)


@require_POST
def packets_generate(request: HttpRequest, code: str) -> HttpResponse:
    """Compile all and render what is new."""
    user = signed_in(request)
    rollout = base_access.rollout_for(user, code, Permission.PACKET_GENERATE)
    back = reverse("workorders:packets", args=[code])
    try:
        job = actions.start_generating(rollout=rollout, by=user, at=timezone.now(), back_url=back)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("workorders:packets", code=code)
    return redirect("rollout:job", key=job.key)


def packets_zip(request: HttpRequest, code: str) -> HttpResponseBase:
    """All issued packets, or those of one wave (`?wave=`), as one ZIP."""
    rollout = base_access.rollout_for(request.user, code, Permission.PACKET_VIEW)
    packets = queries.issued_of(rollout, wave=request.GET.get("wave", ""))
    if not packets.exists():
        messages.info(request, "There is no packet to download yet. Generate them first.")
        return redirect("workorders:packets", code=code)
    named = ((packet.pdf.name, packet.pdf) for packet in packets.iterator() if packet.pdf)
    answer = StreamingHttpResponse(zips.stream(named), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{code}-packets.zip"'
    return answer


def packet_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One packet as a page, with the reason for every line."""
    packet = access.packet_for(request.user, pk, Permission.PACKET_VIEW)
    context = {
        "rollout": packet.work_order.rollout,
        "packet": packet,
        "order": packet.work_order,
        "site": packet.work_order.enrolment.site,
        "phases": queries.explained(packet),
        "left_out": queries.left_out(packet),
        "live_url": actions.live_url(packet.hash),
    }
    return render(request, "workorders/packet_page.html", context)


def packet_pdf(request: HttpRequest, pk: int) -> FileResponse:
    """The PDF, for the rollout's team."""
    packet = access.packet_for(request.user, pk, Permission.PACKET_VIEW)
    if packet.pdf is None:
        raise Http404("This packet has no PDF yet.")
    return files.response(packet.pdf, download="download" in request.GET)


@login_not_required
@never_cache
def packet_live(request: HttpRequest, packet_hash: str) -> HttpResponse:
    """What the QR code opens. Strangers learn whether the paper in their hand is the latest and nothing else."""
    if is_ratelimited(request, group="packet-live", key="ip", rate=settings.LINK_RATE, increment=True):
        return render(request, "workorders/packet_live_wait_page.html", status=429)
    packet = queries.named(packet_hash)
    if packet is None:
        return render(request, "workorders/packet_live_page.html", {"packet": None}, status=404)
    if queries.may_see(request.user, packet):
        return redirect("workorders:packet", pk=packet.pk)
    return render(request, "workorders/packet_live_page.html", {"packet": packet})
