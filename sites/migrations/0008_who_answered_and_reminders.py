"""Who answered a site's questions, why they were closed, and whether to remind."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0007_questions_to_sites'),
    ]

    operations = [
        migrations.AddField(
            model_name='inquiry',
            name='answered_by',
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='remark',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='remind',
            field=models.BooleanField(default=True, verbose_name='remind'),
        ),
    ]
