"""A company's stamp, which every change of what it has set up renews."""

import uuid

from django.db import migrations, models

from gucang.kernel.constraints import SetupStamp

# Without an active company (a restore, a load by the owner) nobody knows whose rows these are: then all are stamped.
STAMP = """
CREATE FUNCTION gucang_stamp_company() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.setup_stamp := gen_random_uuid();
    RETURN NEW;
END
$$;
CREATE TRIGGER kernel_company_setup BEFORE UPDATE ON kernel_company
    FOR EACH ROW EXECUTE FUNCTION gucang_stamp_company();
CREATE FUNCTION gucang_setup_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    here bigint := nullif(current_setting('app.company_id', true), '')::bigint;
BEGIN
    UPDATE kernel_company SET setup_stamp = setup_stamp WHERE id = here OR here IS NULL;
    RETURN NULL;
END
$$;
"""
UNSTAMP = """
DROP FUNCTION gucang_setup_changed();
DROP TRIGGER kernel_company_setup ON kernel_company;
DROP FUNCTION gucang_stamp_company();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_statistics")]

    operations = [
        migrations.AddField("company", "setup_stamp", models.UUIDField(default=uuid.uuid4, editable=False)),
        migrations.RunSQL(STAMP, UNSTAMP),
        migrations.AddConstraint("customfield", SetupStamp(name="kernel_customfield_setup")),
        migrations.AddConstraint("numberrule", SetupStamp(name="kernel_numberrule_setup")),
    ]
