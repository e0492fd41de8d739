"""Sort sites into the client's own regions and formats."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rollout", "0001_start"),
        ("sites", "0002_import_reading_and_undo"),
    ]

    operations = [
        migrations.CreateModel(
            name='SiteGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('region', 'Region'), ('format', 'Format')], max_length=8)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('path', models.CharField(editable=False, max_length=400)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='site_groups', to='rollout.client')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='sites.sitegroup')),
            ],
            options={
                'ordering': ('client', 'kind', 'path'),
            },
        ),
        migrations.AddField(
            model_name='site',
            name='format',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sites_of_format', to='sites.sitegroup', verbose_name='format'),
        ),
        migrations.AddField(
            model_name='site',
            name='territory',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sites_in_territory', to='sites.sitegroup', verbose_name='region'),
        ),
        migrations.AddConstraint(
            model_name='sitegroup',
            constraint=models.UniqueConstraint(models.F('client'), models.F('kind'), django.db.models.functions.text.Lower('path'), name='group_path_once_per_client'),
        ),
        migrations.AddConstraint(
            model_name='sitegroup',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['region', 'format'])), name='group_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='sitegroup',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='group_not_in_itself'),
        ),
    ]
