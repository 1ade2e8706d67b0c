"""Own fields that are needed in a stage know it by its id, so that a stage can be renamed."""

from django.db import migrations

BY_ID = """
DO $$
DECLARE
    company bigint;
BEGIN
    FOR company IN SELECT id FROM kernel_company LOOP
        PERFORM set_config('app.company_id', company::text, true);
        UPDATE kernel_customfield f SET required_in = ARRAY(
            SELECT DISTINCT coalesce(s.id::text, word) FROM unnest(f.required_in) AS word
                LEFT JOIN selling_stage s ON s.company_id = f.company_id AND s.name = word AND s.deleted_at IS NULL)
            WHERE f.record_type = 'opportunity' AND f.required_in <> '{}';
    END LOOP;
    PERFORM set_config('app.company_id', '', true);
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("selling", "0006_closed_index"), ("kernel", "0006_own_field_hints")]

    operations = [migrations.RunSQL(BY_ID, migrations.RunSQL.noop)]
