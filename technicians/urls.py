"""Addresses of people, schedule, the phone and review, grouped by what they are about."""

from django.urls import path

from technicians.views import field, links, review

app_name = "technicians"

urlpatterns = [
    # The phone
    path("visits/<uuid:key>/open/", links.visit_open, name="visit-open"),
    path("my/visits/", field.my_visits, name="my-visits"),
    path("my/visits/<uuid:key>/", field.visit_page, name="visit"),
    path("my/visits/<uuid:key>/state/", field.visit_state, name="visit-state"),
    path("my/visits/<uuid:key>/events/", field.visit_events, name="visit-events"),
    path("my/visits/<uuid:key>/files/<uuid:evidence_key>/", field.visit_file, name="visit-file"),
    path("my/visits/<uuid:key>/pictures/<uuid:evidence_key>/", field.visit_picture, name="visit-picture"),
    path("my/visits/<uuid:key>/packet.pdf", field.visit_pdf, name="visit-pdf"),
    # Review
    path("r/<slug:code>/review/", review.review_queue, name="review"),
    path("review/<uuid:key>/", review.review_visit, name="review-visit"),
    path("review/<uuid:key>/accept/", review.visit_accept, name="visit-accept"),
    path("review/<uuid:key>/send-back/", review.visit_send_back, name="visit-send-back"),
    path("evidence/<uuid:key>/judge/", review.evidence_judge, name="evidence-judge"),
    path("evidence/<uuid:key>/file/", review.evidence_file, name="evidence-file"),
]
