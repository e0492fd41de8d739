"""Days on which a site has other hours, and days on which nobody works."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rollout", "0001_start"),
        ("sites", "0004_sites_in_natural_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('opens', models.TimeField(blank=True, null=True, verbose_name='from')),
                ('closes', models.TimeField(blank=True, null=True, verbose_name='to')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='why')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='access_exceptions', to='sites.site')),
            ],
            options={
                'ordering': ('site', 'on', 'opens'),
            },
        ),
        migrations.CreateModel(
            name='Blackout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('reason', models.CharField(max_length=200, verbose_name='why')),
                ('created_at', models.DateTimeField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blackouts', to='rollout.client')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='blackouts_set', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='blackouts', to='sites.site')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='blackouts', to='sites.sitegroup')),
            ],
            options={
                'ordering': ('starts_on', 'ends_on', 'pk'),
            },
        ),
        migrations.AddConstraint(
            model_name='accessexception',
            constraint=models.UniqueConstraint(fields=('site', 'on', 'opens'), name='access_exception_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='accessexception',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closes__isnull', True), ('opens__isnull', True)), models.Q(('closes__isnull', False), ('opens__isnull', False), models.Q(('opens', models.F('closes')), _negated=True)), _connector='OR'), name='access_exception_hours_or_closed'),
        ),
        migrations.AddConstraint(
            model_name='blackout',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='blackout_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='blackout',
            constraint=models.CheckConstraint(condition=models.Q(('group__isnull', True), ('site__isnull', True), _connector='OR'), name='blackout_of_one_scope'),
        ),
    ]
