"""Call a place by hand what it is: clicked on the map or typed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0009_orders_of_the_list'),
    ]

    operations = [
        migrations.AlterField(
            model_name='site',
            name='precision',
            field=models.CharField(choices=[('exact', 'From the list'), ('by_hand', 'Placed by hand'), ('postal_code', 'Centre of the postal code'), ('unknown', 'Unknown')], default='unknown', max_length=12),
        ),
    ]
