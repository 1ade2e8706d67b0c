from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automation", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="automation",
            name="trigger",
            field=models.CharField(
                choices=[
                    ("created", "one is added"),
                    ("done", "something is done with it"),
                    ("changed", "a field changes"),
                    ("date", "a date comes"),
                ],
                default="created",
                editable=False,
                max_length=10,
                verbose_name="starts when",
            ),
        ),
    ]
