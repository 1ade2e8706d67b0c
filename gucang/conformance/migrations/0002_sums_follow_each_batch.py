from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conformance", "0001_cases_beside_their_procedure"),
    ]

    operations = [
        migrations.AddField(model_name="watch", name="summed", field=models.BooleanField(default=False)),
        migrations.AddIndex(
            model_name="casedeviation",
            index=models.Index(
                fields=["company", "version", "kind", "step", "other", "member"], name="deviation_by_person"
            ),
        ),
    ]
