"""Addresses of the workorders app, grouped by what they are about."""

from django.urls import path

from workorders.views import clauses, orders, packets, plan, publish, sow, variations

app_name = "workorders"

urlpatterns = [
    # The statement of work
    path("r/<slug:code>/sow/", sow.sow_page, name="sow"),
    path("r/<slug:code>/sow/upload/", sow.sow_upload, name="sow-upload"),
    path("r/<slug:code>/sow/versions/<int:version>/", sow.sow_version, name="sow-version"),
    # Decisions on its clauses
    path("r/<slug:code>/sow/accept/", clauses.accept, name="clauses-accept"),
    path("r/<slug:code>/sow/merge/", clauses.merge, name="clauses-merge"),
    path("r/<slug:code>/sow/trace/", clauses.trace, name="clauses-trace"),
    path("r/<slug:code>/sow/set-aside/", clauses.set_aside, name="clauses-set-aside"),
    path("r/<slug:code>/sow/reopen/", clauses.reopen, name="clause-reopen"),
    # The plan and its steps
    path("r/<slug:code>/plan/", plan.plan_page, name="plan"),
    path("r/<slug:code>/plan/start/", plan.revision_start, name="revision-start"),
    path("r/<slug:code>/plan/revisions/<int:number>/", plan.plan_revision, name="plan-revision"),
    path("r/<slug:code>/plan/steps/new/", plan.step_new, name="step-new"),
    path("r/<slug:code>/plan/restore/<int:entry>/", plan.step_restore, name="step-restore"),
    path("steps/<int:pk>/", plan.step_page, name="step"),
    path("steps/<int:pk>/move/", plan.step_move, name="step-move"),
    path("steps/<int:pk>/remove/", plan.step_remove, name="step-remove"),
    # Variations
    path("r/<slug:code>/variations/", variations.variation_list, name="variations"),
    path("r/<slug:code>/variations/new/", variations.variation_new, name="variation-new"),
    path("r/<slug:code>/variations/row/", variations.condition_value, name="variation-value"),
    path("r/<slug:code>/variations/effect/", variations.effect_fields, name="variation-effect"),
    path("r/<slug:code>/variations/preview/", variations.preview, name="variation-preview"),
    path("r/<slug:code>/variations/attribute/", variations.attribute_new, name="variation-attribute"),
    path(
        "r/<slug:code>/variations/restore/<int:entry>/",
        variations.variation_restore,
        name="variation-restore",
    ),
    path("variations/<int:pk>/", variations.variation_page, name="variation"),
    path("variations/<int:pk>/remove/", variations.variation_remove, name="variation-remove"),
    path("variations/<int:pk>/sites/", variations.variation_sites, name="variation-sites"),
    # Publishing
    path("r/<slug:code>/plan/publish/", publish.publish_page, name="publish"),
    path("r/<slug:code>/plan/publish/orders/", publish.make_orders, name="publish-orders"),
    # Packets
    path("r/<slug:code>/packets/", packets.packet_list, name="packets"),
    path("r/<slug:code>/packets/generate/", packets.packets_generate, name="packets-generate"),
    path("r/<slug:code>/packets.zip", packets.packets_zip, name="packets-zip"),
    path("packets/<int:pk>/", packets.packet_page, name="packet"),
    path("packets/<int:pk>.pdf", packets.packet_pdf, name="packet-pdf"),
    path("p/<slug:packet_hash>/", packets.packet_live, name="packet-live"),
    # Work orders
    path("r/<slug:code>/work-orders/", orders.order_list, name="list"),
    path("work-orders/<str:number>/", orders.order_page, name="detail"),
    path("work-orders/<str:number>/hold/", orders.order_hold, name="hold"),
    path("work-orders/<str:number>/release/", orders.order_release, name="release"),
    path("enrolments/<int:pk>/work-order/", orders.site_panel, name="site-panel"),
]
