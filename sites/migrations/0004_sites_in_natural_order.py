"""Keep what site numbers are sorted by, so that 9 comes before 10 without working it out for every site."""

import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sites", "0003_regions_and_formats"),
    ]

    operations = [
        migrations.AddField(
            model_name='site',
            name='sort_key',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Concat(models.Func(models.F('key'), models.Value('\\d.*$'), models.Value(''), function='regexp_replace'), django.db.models.functions.text.LPad(django.db.models.functions.comparison.Coalesce(models.Func(models.F('key'), models.Value('\\d{1,20}'), function='substring'), models.Value('')), 20, models.Value('0')), models.F('key')), output_field=models.CharField(max_length=160)),
        ),
        migrations.AddIndex(
            model_name='site',
            index=models.Index(fields=['client', 'sort_key'], name='site_in_natural_order'),
        ),
    ]
