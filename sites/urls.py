"""Addresses of the sites app, grouped by what they are about."""

from django.urls import path

from sites.views import (
    access,
    answers,
    attachments,
    attributes,
    blackouts,
    bulk,
    changes,
    completeness,
    contacts,
    facts,
    grid,
    groups,
    history,
    import_rows,
    import_steps,
    imports,
    inquiries,
    placing,
    questions,
    site_map,
    site_page,
    sites,
)

app_name = "sites"

# A client's own site numbers may hold a slash or be called "new", so that one site has a folder of its own.
SITE = "r/<slug:code>/sites/at/<path:key>"

urlpatterns = [
    # The sites of a rollout
    path("r/<slug:code>/sites/", sites.site_list, name="list"),
    path("r/<slug:code>/sites/map.json", site_map.site_map, name="map"),
    path("r/<slug:code>/sites/new/", site_page.site_new, name="new"),
    path("r/<slug:code>/sites/existing/", sites.existing_sites, name="existing"),
    # Many at once
    path("r/<slug:code>/sites/change/<slug:change>/", bulk.bulk_change, name="bulk"),
    path("r/<slug:code>/sites/undo/<uuid:bulk_id>/", bulk.bulk_undo, name="bulk-undo"),
    path("r/<slug:code>/sites/changes/", changes.change_list, name="changes"),
    path("r/<slug:code>/sites/grid/", grid.site_grid, name="grid"),
    path("r/<slug:code>/sites/grid/check/", grid.grid_check, name="grid-check"),
    path("r/<slug:code>/sites/grid/match/", grid.grid_match, name="grid-match"),
    path("r/<slug:code>/sites/changes/<uuid:bulk_id>/", changes.change_page, name="change"),
    # Places by hand
    path("r/<slug:code>/sites/placing/", placing.placing, name="placing"),
    path("r/<slug:code>/sites/placing/undo/<uuid:bulk_id>/", placing.place_undo, name="place-undo"),
    # Blackouts of the client
    path("r/<slug:code>/sites/blackouts/", blackouts.blackout_list, name="blackouts"),
    path("r/<slug:code>/sites/blackouts/new/", blackouts.blackout_new, name="blackout-new"),
    path("r/<slug:code>/sites/blackouts/undo/<uuid:undo_id>/", blackouts.blackout_undo, name="blackout-undo"),
    path("r/<slug:code>/sites/blackouts/<int:pk>/", blackouts.blackout_edit, name="blackout-edit"),
    path("r/<slug:code>/sites/blackouts/<int:pk>/remove/", blackouts.blackout_remove, name="blackout-remove"),
    # Regions and formats of the client
    path("r/<slug:code>/sites/regions/", groups.group_list, name="groups"),
    path("r/<slug:code>/sites/regions/<slug:kind>/new/", groups.group_new, name="group-new"),
    path("r/<slug:code>/sites/regions/<int:pk>/", groups.group_edit, name="group-edit"),
    path("r/<slug:code>/sites/regions/<int:pk>/remove/", groups.group_remove, name="group-remove"),
    # Questions to sites
    path("r/<slug:code>/sites/ask/", inquiries.ask, name="ask"),
    path("r/<slug:code>/sites/survey/", inquiries.survey, name="survey"),
    path("r/<slug:code>/sites/questions/", questions.question_list, name="questions"),
    path(
        "r/<slug:code>/sites/questions/change/<slug:change>/",
        questions.question_change,
        name="questions-change",
    ),
    path("r/<slug:code>/sites/questions/<uuid:key>/", questions.question_page, name="question"),
    path("r/<slug:code>/sites/questions/<uuid:key>/link/", questions.question_link, name="question-link"),
    path("r/<slug:code>/sites/questions/<uuid:key>/renew/", questions.question_renew, name="question-renew"),
    # What somebody at a site opens by a link
    path("questions/<uuid:key>/open/", answers.answers_open, name="answers-open"),
    path("questions/<uuid:key>/", answers.answers, name="answers"),
    path("questions/<uuid:key>/not-mine/", answers.answers_not_mine, name="answers-not-mine"),
    path("questions/<uuid:key>/pictures/<uuid:picture>/", answers.answers_picture, name="answers-picture"),
    # Attributes of the client
    path("r/<slug:code>/sites/facts/", completeness.completeness, name="facts"),
    path("r/<slug:code>/sites/attributes/", attributes.attribute_list, name="attributes"),
    path("r/<slug:code>/sites/attributes/new/", attributes.attribute_new, name="attribute-new"),
    path(
        "r/<slug:code>/sites/attributes/<slug:attribute_key>/",
        attributes.attribute_edit,
        name="attribute-edit",
    ),
    path(
        "r/<slug:code>/sites/attributes/<slug:attribute_key>/remove/",
        attributes.attribute_remove,
        name="attribute-remove",
    ),
    # Imports
    path("r/<slug:code>/sites/imports/", imports.import_list, name="imports"),
    path("r/<slug:code>/sites/imports/new/", import_steps.import_new, name="import-new"),
    path(
        "r/<slug:code>/sites/imports/template/<slug:target>/", imports.import_template, name="import-template"
    ),
    path("r/<slug:code>/sites/imports/<uuid:key>/", import_steps.import_home, name="import"),
    path("r/<slug:code>/sites/imports/<uuid:key>/map/", import_steps.import_map, name="import-map"),
    path("r/<slug:code>/sites/imports/<uuid:key>/sample/", import_steps.import_sample, name="import-sample"),
    path("r/<slug:code>/sites/imports/<uuid:key>/read/", import_steps.import_read, name="import-read"),
    path("r/<slug:code>/sites/imports/<uuid:key>/preview/", imports.import_preview, name="import-preview"),
    path(
        "r/<slug:code>/sites/imports/<uuid:key>/corrections/",
        imports.import_corrections,
        name="import-corrections",
    ),
    path("r/<slug:code>/sites/imports/<uuid:key>/rows/", import_rows.import_rows, name="import-rows"),
    path("r/<slug:code>/sites/imports/<uuid:key>/swap/", import_rows.import_swap, name="import-swap"),
    path("r/<slug:code>/sites/imports/<uuid:key>/apply/", import_steps.import_apply, name="import-apply"),
    path("r/<slug:code>/sites/imports/<uuid:key>/undo/", import_steps.import_undo, name="import-undo"),
    path(
        "r/<slug:code>/sites/imports/<uuid:key>/discard/", import_steps.import_discard, name="import-discard"
    ),
    # One site
    path(f"{SITE}/edit/", site_page.site_edit, name="edit"),
    path(f"{SITE}/contacts/new/", contacts.contact_new, name="contact-new"),
    path(f"{SITE}/contacts/<int:pk>/", contacts.contact_edit, name="contact-edit"),
    path(f"{SITE}/contacts/<int:pk>/remove/", contacts.contact_remove, name="contact-remove"),
    path(f"{SITE}/contacts/<int:pk>/move/", contacts.contact_move, name="contact-move"),
    path(f"{SITE}/hours/", access.window_add, name="window-add"),
    path(f"{SITE}/hours/<int:pk>/remove/", access.window_remove, name="window-remove"),
    path(f"{SITE}/days/", access.exception_add, name="exception-add"),
    path(f"{SITE}/days/remove/", access.exception_remove, name="exception-remove"),
    path(f"{SITE}/questions/", questions.site_questions, name="site-questions"),
    path(f"{SITE}/facts/<slug:attribute_key>/", facts.fact_edit, name="fact-edit"),
    path(f"{SITE}/facts/<slug:attribute_key>/confirm/", facts.fact_confirm, name="fact-confirm"),
    path(f"{SITE}/facts/<slug:attribute_key>/settle/", facts.fact_settle, name="fact-settle"),
    path(f"{SITE}/facts/<slug:attribute_key>/forget/", facts.fact_forget, name="fact-forget"),
    path(f"{SITE}/history/", history.site_history, name="history"),
    path(f"{SITE}/files/", attachments.attachment_add, name="attachment-add"),
    path(f"{SITE}/files/<uuid:attachment_key>/", attachments.attachment_page, name="attachment"),
    path(f"{SITE}/files/<uuid:attachment_key>/open/", attachments.attachment_file, name="attachment-file"),
    path(
        f"{SITE}/files/<uuid:attachment_key>/small/",
        attachments.attachment_preview,
        name="attachment-preview",
    ),
    path(
        f"{SITE}/files/<uuid:attachment_key>/remove/", attachments.attachment_remove, name="attachment-remove"
    ),
    path(
        f"{SITE}/files/<uuid:attachment_key>/restore/",
        attachments.attachment_restore,
        name="attachment-restore",
    ),
    path(f"{SITE}/", site_page.site_detail, name="detail"),
]
