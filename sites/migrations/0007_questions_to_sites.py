"""What a site is asked, by whom it was answered, and where a point on the map comes from."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rollout", "0001_start"),
        ("sites", "0006_attachments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='attribute',
            name='hint',
            field=models.CharField(blank=True, max_length=300, verbose_name='how to find out'),
        ),
        migrations.AddField(
            model_name='attribute',
            name='question',
            field=models.CharField(blank=True, help_text='Empty: its name is the question.', max_length=200, verbose_name='what the site is asked'),
        ),
        migrations.AddField(
            model_name='attribute',
            name='translations',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='attribute',
            name='wants_picture',
            field=models.BooleanField(default=False, verbose_name='ask for a picture'),
        ),
        migrations.AddField(
            model_name='attributevalue',
            name='note',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='attributevalue',
            name='said_by_name',
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.AlterField(
            model_name='site',
            name='precision',
            field=models.CharField(choices=[('exact', 'From the list'), ('by_hand', 'Placed on the map'), ('postal_code', 'Centre of the postal code'), ('unknown', 'Unknown')], default='unknown', max_length=12),
        ),
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('secret', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('contact', 'Site contact'), ('survey', 'Survey')], default='contact', max_length=8)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('language', models.CharField(default='en', max_length=8, verbose_name='language')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='a word to them')),
                ('planned_on', models.DateField(blank=True, null=True, verbose_name='day of the survey')),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('send_error', models.CharField(blank=True, max_length=300)),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to=settings.AUTH_USER_MODEL)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='inquiries', to='sites.contact')),
                ('rollout', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inquiries', to='rollout.rollout')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inquiries', to='sites.site')),
            ],
            options={
                'verbose_name_plural': 'inquiries',
                'ordering': ('-asked_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('answered_at', models.DateTimeField(null=True)),
                ('value', models.JSONField(null=True)),
                ('unknown', models.BooleanField(default=False)),
                ('remark', models.CharField(blank=True, max_length=500)),
                ('attribute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='sites.attribute')),
                ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='sites.inquiry')),
            ],
            options={
                'ordering': ('inquiry', 'position', 'pk'),
            },
        ),
        migrations.AddIndex(
            model_name='inquiry',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['rollout', 'expires_at'], name='inquiry_open'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True), ('contact__isnull', False)), fields=('rollout', 'contact'), name='one_open_inquiry_per_contact'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['contact', 'survey'])), name='inquiry_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(('reminders', 0), ('reminded_at__isnull', False), _connector='OR'), name='inquiry_reminded_at_some_time'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('inquiry', 'attribute'), name='question_once_per_inquiry'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at__isnull', False), models.Q(('unknown', False), ('value__isnull', True)), _connector='OR'), name='question_answered_at_some_time'),
        ),
    ]
