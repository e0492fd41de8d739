"""Addresses of the base, grouped by what they are about."""

from django.urls import path

from rollout.views import clients, jobs, keys, rollouts, saved_views

app_name = "rollout"

urlpatterns = [
    # Clients and their rollouts
    path("clients/new/", clients.client_new, name="client-new"),
    path("clients/<slug:client_code>/rollouts/new/", clients.rollout_new, name="new"),
    # One rollout
    path("r/<slug:code>/settings/", rollouts.rollout_settings, name="settings"),
    path("r/<slug:code>/launch/", rollouts.rollout_launch, name="launch"),
    path("r/<slug:code>/outcomes/new/", rollouts.outcome_new, name="outcome-new"),
    path("outcomes/<int:pk>/", rollouts.outcome_edit, name="outcome-edit"),
    path("outcomes/<int:pk>/remove/", rollouts.outcome_remove, name="outcome-remove"),
    path("r/<slug:code>/waves/new/", rollouts.wave_new, name="wave-new"),
    path("waves/<int:pk>/", rollouts.wave_edit, name="wave-edit"),
    path("waves/<int:pk>/remove/", rollouts.wave_remove, name="wave-remove"),
    path("r/<slug:code>/members/add/", rollouts.member_add, name="member-add"),
    path("r/<slug:code>/members/<int:pk>/remove/", rollouts.member_remove, name="member-remove"),
    # Views of its lists
    path("r/<slug:code>/views/", saved_views.view_save, name="view-save"),
    path("r/<slug:code>/views/<uuid:key>/", saved_views.view_open, name="view"),
    path("r/<slug:code>/views/<uuid:key>/change/", saved_views.view_change, name="view-change"),
    path("r/<slug:code>/views/<uuid:key>/remove/", saved_views.view_remove, name="view-remove"),
    path("r/<slug:code>/views/<int:entry>/restore/", saved_views.view_restore, name="view-restore"),
    # Long work and files
    path("r/<slug:code>/jobs/", jobs.job_list, name="jobs"),
    path("jobs/<uuid:key>/", jobs.job_page, name="job"),
    path("jobs/<uuid:key>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<uuid:key>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/<uuid:key>/retry/", jobs.job_retry, name="job-retry"),
    # One's own keys to the API
    path("account/keys/", keys.api_keys, name="api-keys"),
    path("account/keys/<slug:prefix>/revoke/", keys.api_key_revoke, name="api-key-revoke"),
    path("files/<uuid:key>/", jobs.file_download, name="file"),
]
