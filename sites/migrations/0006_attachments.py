"""Floor plans, pictures and papers of a site."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rollout", "0001_start"),
        ("sites", "0005_days_that_differ"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('floor_plan', 'Floor plan'), ('picture', 'Picture'), ('document', 'Document')], max_length=12, verbose_name='what it is')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('said_by', models.CharField(blank=True, max_length=160)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='site_attachments', to=settings.AUTH_USER_MODEL)),
                ('attribute', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attachments', to='sites.attribute')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='rollout.storedfile')),
                ('preview', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rollout.storedfile')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='sites.site')),
            ],
            options={
                'ordering': ('site', 'kind', '-added_at'),
            },
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['floor_plan', 'picture', 'document'])), name='attachment_kind_known'),
        ),
    ]
