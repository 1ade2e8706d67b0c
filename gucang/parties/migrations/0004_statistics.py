"""Customers and contacts: the owner, and who is there, belong to one company."""

from django.db import migrations

from gucang.kernel.statistics import columns_belong_together


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_list_indexes")]

    operations = [
        columns_belong_together("parties_customer", "company_id", "owner_id", "city", "province"),
        columns_belong_together("parties_contact", "company_id", "customer_id"),
    ]
