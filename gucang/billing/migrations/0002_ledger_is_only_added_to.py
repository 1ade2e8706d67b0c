"""Lines of the ledger are added and never changed, whatever the program does; customers belong to one company."""

from django.db import migrations

from gucang.kernel.statistics import columns_belong_together


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON billing_entry FROM gucang_app",
            "GRANT UPDATE, DELETE, TRUNCATE ON billing_entry TO gucang_app",
        ),
        columns_belong_together("billing_receivable", "company_id", "customer_id", "state"),
        columns_belong_together("billing_instalment", "company_id", "customer_id", "is_open"),
        columns_belong_together("billing_payment", "company_id", "customer_id", "state"),
    ]
