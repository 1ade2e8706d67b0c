"""The search takes its first hits from small indexes, so that what a hundred thousand records contain costs no more.

A GIN index gathers every entry that has the grams before the first can be taken: 100 ms for two characters that 400 000
contacts have. Decision 20 says how the function goes on instead, and what was measured.
"""

import django.contrib.postgres.indexes
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

# "OFFSET 0" lets the index deliver row by row until there are enough. The "+ 0" and "|| ''" keep the planner from also
# reading the index of all entries of one type, see 0002. Plans do not depend on what is looked for, and planning four
# statements anew would cost more than running them.
SEARCH = """
DROP FUNCTION gucang_search(text, text[], bigint[], bigint[], integer);

CREATE FUNCTION gucang_search(
    kind text, wanted text[], owners bigint[], also bigint[], most integer, begins text DEFAULT ''
)
RETURNS TABLE (object_id bigint, title varchar, detail varchar, text text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    own bigint := nullif(current_setting('app.company_id', true), '')::bigint;
    enough integer := least(most, 5000);
    -- As it stands in the text: then the text is compared, which is quicker than unpacking the grams.
    plain boolean := begins ~ '^([一-龥]+|[0-9]+)$';
    found integer;
BEGIN
    -- First, what the title begins with: the index has the whole title before all longer ones.
    IF begins <> '' THEN
        RETURN QUERY SELECT t.object_id, t.title, t.detail, t.text FROM (
            SELECT e.* FROM kernel_searchentry e
            WHERE e.company_id = own AND e.record_type = kind
              AND lower(e.title) COLLATE "C" >= begins AND lower(e.title) COLLATE "C" < begins || chr(1114111)
            ORDER BY lower(e.title) COLLATE "C" LIMIT CASE WHEN owners IS NULL THEN enough ELSE 400 END
        ) t
        WHERE owners IS NULL OR t.owner_id IS NULL OR t.owner_id = ANY (owners) OR t.object_id = ANY (also)
        LIMIT enough;
        GET DIAGNOSTICS found = ROW_COUNT;
        IF found >= enough THEN RETURN; END IF;
    END IF;

    IF cardinality(owners) <= 20 THEN
        -- What few people own is little: where the grams are frequent, it holds enough of them and is looked through.
        SELECT count(*) INTO found FROM (
            SELECT 1 FROM kernel_searchentry e WHERE e.grams @> wanted AND e.object_id % 64 = 0 LIMIT 300
        ) s;
        IF found >= 300 THEN
            RETURN QUERY SELECT o.object_id, o.title, o.detail, o.text FROM (
                SELECT e.* FROM kernel_searchentry e
                WHERE e.company_id = own AND e.record_type = kind AND e.owner_id = ANY (owners) OFFSET 0
            ) o
            WHERE CASE WHEN plain THEN strpos(o.text, begins) > 0 ELSE o.grams @> wanted END
            LIMIT enough;
            RETURN QUERY SELECT e.object_id, e.title, e.detail, e.text FROM kernel_searchentry e
            WHERE e.company_id = own AND e.record_type = kind AND e.object_id = ANY (also) AND e.grams @> wanted;
            RETURN QUERY SELECT s.object_id, s.title, s.detail, s.text FROM (
                SELECT e.* FROM kernel_searchentry e
                WHERE e.grams @> wanted AND e.object_id % 64 = 0
                  AND e.company_id + 0 = own AND e.record_type || '' = kind
                LIMIT 400
            ) s
            WHERE s.owner_id IS NULL LIMIT enough;
            RETURN;
        END IF;
    ELSE
        -- Of what many may see, the sample holds enough where the grams are frequent.
        RETURN QUERY SELECT e.object_id, e.title, e.detail, e.text FROM kernel_searchentry e
        WHERE e.grams @> wanted AND e.object_id % 64 = 0
          AND e.company_id + 0 = own AND e.record_type || '' = kind
          AND (owners IS NULL OR e.owner_id IS NULL OR e.owner_id = ANY (owners) OR e.object_id = ANY (also))
        LIMIT enough;
        GET DIAGNOSTICS found = ROW_COUNT;
        -- A few lines are shown of so many; a list wants all that it can get.
        IF found >= enough OR (found >= 12 AND enough <= 50) THEN RETURN; END IF;
    END IF;

    RETURN QUERY SELECT e.object_id, e.title, e.detail, e.text FROM kernel_searchentry e
    WHERE e.grams @> wanted
      AND e.company_id + 0 = own AND e.record_type || '' = kind
      AND (owners IS NULL OR e.owner_id IS NULL OR e.owner_id = ANY (owners) OR e.object_id = ANY (also))
    LIMIT enough;
END $$;

REVOKE ALL ON FUNCTION gucang_search(text, text[], bigint[], bigint[], integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gucang_search(text, text[], bigint[], bigint[], integer, text) TO gucang_app;
"""

UNDO = """
DROP FUNCTION gucang_search(text, text[], bigint[], bigint[], integer, text);
CREATE FUNCTION gucang_search(kind text, wanted text[], owners bigint[], also bigint[], most integer)
RETURNS TABLE (object_id bigint, title varchar, detail varchar, text text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.object_id, e.title, e.detail, e.text FROM kernel_searchentry e
    WHERE e.grams @> wanted
      AND e.company_id + 0 = (SELECT nullif(current_setting('app.company_id', true), '')::bigint)
      AND e.record_type || '' = kind
      AND (owners IS NULL OR e.owner_id IS NULL OR e.owner_id = ANY (owners) OR e.object_id = ANY (also))
    LIMIT least(most, 5000)
$$;
REVOKE ALL ON FUNCTION gucang_search(text, text[], bigint[], bigint[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gucang_search(text, text[], bigint[], bigint[], integer) TO gucang_app;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0006_own_field_hints'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='searchentry',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(django.db.models.lookups.Exact(django.db.models.expressions.CombinedExpression(models.F('object_id'), '%%', models.Value(64)), 0)), fastupdate=True, fields=['grams'], gin_pending_list_limit=256, name='search_sample'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(fields=['company', 'record_type', 'owner_id'], name='search_owners'),
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.F('company'), models.F('record_type'), django.db.models.functions.comparison.Collate(django.db.models.functions.text.Lower('title'), 'C'), name='search_titles'),
        ),
        migrations.RunSQL(SEARCH, UNDO),
    ]
