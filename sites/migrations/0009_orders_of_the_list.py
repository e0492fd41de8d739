"""Keep the orders of the list of sites, so that a page of 100,000 is read and not sorted out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rollout", "0003_keys_to_the_api"),
        ("sites", "0008_who_answered_and_reminders"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["rollout", "wave"], name="enrolment_by_wave"),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["rollout", "priority"], name="enrolment_by_priority"),
        ),
        migrations.AddIndex(
            model_name="site",
            index=models.Index(fields=["client", "name", "sort_key"], name="site_by_name"),
        ),
        migrations.AddIndex(
            model_name="site",
            index=models.Index(fields=["client", "city", "sort_key"], name="site_by_city"),
        ),
        migrations.AddIndex(
            model_name="site",
            index=models.Index(fields=["client", "region", "sort_key"], name="site_by_state"),
        ),
    ]
