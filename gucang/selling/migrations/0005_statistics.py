"""Deals and leads: their stage, pipeline and owner belong to one company."""

from django.db import migrations

from gucang.kernel.statistics import columns_belong_together


class Migration(migrations.Migration):
    dependencies = [("selling", "0004_list_indexes")]

    operations = [
        columns_belong_together("selling_opportunity", "company_id", "pipeline_id", "stage_id", "owner_id"),
        columns_belong_together("selling_lead", "company_id", "owner_id", "status"),
    ]
