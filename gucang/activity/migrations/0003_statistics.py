"""Entries: who wrote them or has to do them belongs to one company."""

from django.db import migrations

from gucang.kernel.statistics import columns_belong_together


class Migration(migrations.Migration):
    dependencies = [("activity", "0002_calendar")]

    operations = [
        columns_belong_together("activity_followup", "company_id", "author_id", "about_type"),
        columns_belong_together("activity_task", "company_id", "assignee_id", "about_type"),
    ]
