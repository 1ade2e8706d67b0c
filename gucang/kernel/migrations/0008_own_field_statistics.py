"""The planner knows the frequent values of every own field: a hundred of them, the usual, are one field's worth."""

from django.db import migrations

COLUMNS = ("field_id", "word", "number")
MORE = "\n".join(
    [
        *(f"ALTER TABLE kernel_fieldvalue ALTER COLUMN {name} SET STATISTICS 1000;" for name in COLUMNS),
        "ALTER STATISTICS fieldvalue_words SET STATISTICS 1000;",
        "ALTER STATISTICS fieldvalue_numbers SET STATISTICS 1000;",
        "ANALYZE kernel_fieldvalue;",
    ]
)
USUAL = MORE.replace("1000", "-1")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0007_search_samples")]

    operations = [migrations.RunSQL(MORE, USUAL)]
