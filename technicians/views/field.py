"""The phone: my visits, one visit with its packet, and the doors through which facts and files arrive."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from rollout import files, pictures
from rollout.exceptions import Refused
from rollout.uploads import OversizeUpload
from rollout.views.parts import signed_in
from technicians import access, forms
from technicians.actions import visits as actions
from technicians.queries import field as queries
from workorders.actions import field


@never_cache
def my_visits(request: HttpRequest) -> HttpResponse:
    """A technician's visits: today and to come, and the last ones done."""
    user = signed_in(request)
    if not hasattr(user, "technician"):
        raise Http404
    return render(request, "technicians/my_visits_page.html", queries.my_visits(user, now=timezone.now()))


@never_cache
def visit_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The packet on the phone, with the state of every answer."""
    visit = access.own_visit(request.user, key)
    try:
        packet = actions.packet_of(visit)
    except actions.NoPacket as refusal:
        return render(
            request, "technicians/visit_without_packet_page.html", {"visit": visit, "sentence": str(refusal)}
        )
    state = queries.visit_state(visit, packet, now=timezone.now())
    context = {"visit": visit, "packet": packet, "state": state, "page": queries.packet_page(visit, packet)}
    return render(request, "technicians/visit_page.html", context)


@never_cache
@require_GET
def visit_state(request: HttpRequest, key: uuid.UUID) -> JsonResponse:
    """What the server has: answers, files that arrived by hash, verdicts, what is missing."""
    visit = access.own_visit(request.user, key)
    try:
        packet = actions.packet_of(visit)
    except actions.NoPacket as refusal:
        return _sentence(str(refusal), 409)
    return JsonResponse(queries.visit_state(visit, packet, now=timezone.now()))


@require_POST
def visit_events(request: HttpRequest, key: uuid.UUID) -> JsonResponse:
    """Take a batch of events. Every event is answered by id: ok, same, conflict or refused with a sentence."""
    visit = access.own_visit(request.user, key)
    try:
        payload = JSONParser().parse(request)  # type: ignore[arg-type]
    except ParseError:
        return _sentence(
            "The phone sent something unreadable. Reload the page; nothing on the phone is lost.", 400
        )
    facts, broken = forms.events_from(payload)
    try:
        answers = actions.receive(visit=visit, facts=facts, by=signed_in(request), at=timezone.now())
    except actions.NoPacket as refusal:
        return _sentence(str(refusal), 409)
    told: list[dict[str, Any]] = [{"id": a.id, "status": a.status, "sentence": a.sentence} for a in answers]
    fresh = queries.again(visit)
    state = queries.visit_state(fresh, actions.packet_of(fresh), now=timezone.now())
    return JsonResponse({"events": [*told, *broken], "state": state})


@require_http_methods(["PUT", "POST"])
def visit_file(request: HttpRequest, key: uuid.UUID, evidence_key: uuid.UUID) -> JsonResponse:
    """Take the bytes of one announced photo or signature. Answers with the hash that is now safe here."""
    visit = access.own_visit(request.user, key)
    upload = request.FILES.get("file")
    if upload is None:
        return _sentence("No file arrived. It will be sent again.", 400)
    if isinstance(upload, OversizeUpload):
        return _sentence("This picture is too large to send. Take it again with a lower resolution.", 413)
    media_type = pictures.media_type_of(upload)
    if media_type is None:
        return _sentence(
            "This is not a picture Downbeat can read. Take it again, or choose a JPEG or PNG.", 415
        )
    try:
        evidence = field.receive_file(
            evidence_key=evidence_key,
            visit_key=visit.key,
            content=upload,
            media_type=media_type,
            by=signed_in(request),
            at=timezone.now(),
        )
    except field.NotAnnounced as refusal:
        return _sentence(str(refusal), 409)
    except Refused as refusal:
        return _sentence(str(refusal), 422)
    return JsonResponse({"evidence_key": str(evidence_key), "sha256": evidence.sha256})


def visit_picture(request: HttpRequest, key: uuid.UUID, evidence_key: uuid.UUID) -> FileResponse:
    """The technician's own picture, as it arrived."""
    visit = access.own_visit(request.user, key)
    stored = queries.own_file(visit, evidence_key)
    if stored is None:
        raise Http404
    return files.response(stored)


def visit_pdf(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """The packet as PDF."""
    visit = access.own_visit(request.user, key)
    try:
        packet = actions.packet_of(visit)
    except actions.NoPacket as refusal:
        raise Http404 from refusal
    if packet.pdf is None:
        raise Http404
    return files.response(packet.pdf)


def _sentence(text: str, status: int) -> JsonResponse:
    return JsonResponse({"sentence": text}, status=status)
