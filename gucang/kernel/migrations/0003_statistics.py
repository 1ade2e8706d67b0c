"""Lets the application ask for fresh statistics; only who owns the tables may gather them."""

from django.db import migrations

ANALYZE = """
CREATE FUNCTION gucang_analyze() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name regclass;
BEGIN
    FOR name IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) ORDER BY oid
    LOOP
        EXECUTE format('ANALYZE %s', name);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION gucang_analyze() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gucang_analyze() TO gucang_app;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_events")]

    operations = [migrations.RunSQL(ANALYZE, "DROP FUNCTION gucang_analyze()")]
