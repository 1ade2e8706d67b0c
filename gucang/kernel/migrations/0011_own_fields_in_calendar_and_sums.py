from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0010_search_of_few_owners")]

    operations = [
        migrations.AddField(
            model_name="customfield",
            name="in_calendar",
            field=models.BooleanField(
                default=False,
                help_text="records stand there on this day, for whoever may read it",
                verbose_name="in the calendar",
            ),
        ),
        migrations.AddField(
            model_name="customfield",
            name="summed",
            field=models.BooleanField(
                default=True,
                help_text="not for prices and shares: their sum means nothing",
                verbose_name="added up in lists",
            ),
        ),
    ]
