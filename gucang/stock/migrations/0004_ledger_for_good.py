"""The ledger of stock only grows: neither the application nor the owner changes or deletes a line of it."""

from django.db import migrations

# A company's own fields and what counts changes are no part of what moved.
FOR_GOOD = """
CREATE FUNCTION gucang_stock_ledger_for_good() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{extra,version,updated_at}'::text[]
            = to_jsonb(OLD) - '{extra,version,updated_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A line of the stock ledger stays as it is; reverse it by a counter-move.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER stock_ledger_for_good BEFORE UPDATE OR DELETE ON stock_stockmove
    FOR EACH ROW EXECUTE FUNCTION gucang_stock_ledger_for_good();
"""
FREE_AGAIN = """
DROP TRIGGER stock_ledger_for_good ON stock_stockmove;
DROP FUNCTION gucang_stock_ledger_for_good();
"""


class Migration(migrations.Migration):
    dependencies = [("stock", "0003_warehouses")]

    operations = [migrations.RunSQL(FOR_GOOD, FREE_AGAIN)]
