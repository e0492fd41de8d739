"""Keep what was found on opening an imported file, and the job that undid it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rollout", "0001_start"),
        ("sites", "0001_start"),
    ]

    operations = [
        migrations.AddField(
            model_name="siteimport",
            name="reading",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="siteimport",
            name="undo_job",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="rollout.job"
            ),
        ),
    ]
