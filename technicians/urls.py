"""Addresses of people, schedule, the phone and review, grouped by what they are about."""

from django.urls import path

from technicians.views import bookings, field, links, people, review, schedule, telling, visits

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
    path("evidence/<uuid:key>/preview/", review.evidence_preview, name="evidence-preview"),
    # Visits, as part of other pages
    path("work-orders/<str:number>/visits/", visits.order_panel, name="order-panel"),
    path("visits/<uuid:key>/links/<int:technician>/", visits.visit_link, name="visit-link"),
    # Schedule
    path("r/<slug:code>/schedule/", schedule.schedule_home, name="schedule"),
    path("r/<slug:code>/schedule/propose/", schedule.schedule_propose, name="schedule-propose"),
    path("r/<slug:code>/schedule/calendar/", bookings.visit_calendar, name="calendar"),
    path("r/<slug:code>/schedule/tell/", telling.tell, name="tell"),
    path("r/<slug:code>/schedule/tell/send/", telling.tell_send, name="tell-send"),
    path("r/<slug:code>/schedule/tonight/", bookings.tonight, name="tonight"),
    path("schedule/<int:pk>/", schedule.plan_page, name="schedule-plan"),
    path("schedule/<int:pk>/apply/", schedule.plan_apply, name="schedule-plan-apply"),
    path("schedule/<int:pk>/discard/", schedule.plan_discard, name="schedule-plan-discard"),
    path("schedule/<int:pk>/undo/", schedule.plan_undo, name="schedule-plan-undo"),
    # One visit by hand
    path("work-orders/<str:number>/book/", bookings.visit_book, name="visit-book"),
    path("work-orders/<str:number>/book/check/", bookings.visit_check, name="visit-check"),
    path("visits/<uuid:key>/", bookings.visit_edit, name="visit-edit"),
    path("visits/<uuid:key>/confirm/", bookings.visit_confirm, name="visit-confirm"),
    path("visits/<uuid:key>/cancel/", bookings.visit_cancel, name="visit-cancel"),
    path("visits/<uuid:key>/told/<int:technician>/", telling.tell_mark, name="visit-told"),
    # People
    path("r/<slug:code>/technicians/", people.technician_list, name="list"),
    path("r/<slug:code>/technicians/<int:pk>/", people.technician_page, name="technician"),
    path("r/<slug:code>/technicians/<int:pk>/edit/", people.technician_edit, name="technician-edit"),
    path("r/<slug:code>/technicians/<int:pk>/revoke/", people.links_revoke, name="technician-revoke"),
    path("r/<slug:code>/technicians/<int:pk>/time-off/", people.time_off_add, name="time-off-add"),
    path(
        "r/<slug:code>/technicians/<int:pk>/time-off/<int:off>/remove/",
        people.time_off_remove,
        name="time-off-remove",
    ),
]
