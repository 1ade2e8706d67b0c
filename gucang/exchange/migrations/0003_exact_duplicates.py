from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_picked_rows")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="duplicates",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="duplicates"),
        ),
        migrations.AddField(
            model_name="import",
            name="if_duplicate",
            field=models.CharField(
                choices=[("add", "bring them in all the same"), ("skip", "leave them out")],
                default="add",
                editable=False,
                max_length=4,
                verbose_name="exact duplicates",
            ),
        ),
        migrations.AddField(
            model_name="progress",
            name="duplicates",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="importline",
            name="kind",
            field=models.CharField(
                choices=[("refused", "refused"), ("repaired", "repaired"), ("duplicate", "exact duplicate")],
                max_length=12,
            ),
        ),
    ]
