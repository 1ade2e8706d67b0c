"""What few people own is found by two indexes laid over each other, whatever else has the same grams.

Before, grams that up to 19 000 entries have were looked up for everybody and then narrowed to the owners: a hundred
reads of the table for one hit. Decision 20 says what was measured.
"""

from django.db import migrations

SEARCH = """
CREATE OR REPLACE FUNCTION gucang_search(
    kind text, wanted text[], owners bigint[], also bigint[], most integer, begins text DEFAULT ''
)
RETURNS TABLE (object_id bigint, title varchar, detail varchar, text text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_indexscan = on AS $$
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
        -- What few people own is little. Where the grams are very frequent, it holds enough of them and is looked
        -- through; else the two indexes are laid over each other, so that nobody else's entries are read.
        SELECT count(*) INTO found FROM (
            SELECT 1 FROM kernel_searchentry e WHERE e.grams @> wanted AND e.object_id % 64 = 0 LIMIT 600
        ) s;
        IF found >= 600 THEN
            RETURN QUERY SELECT o.object_id, o.title, o.detail, o.text FROM (
                SELECT e.* FROM kernel_searchentry e
                WHERE e.company_id = own AND e.record_type = kind AND e.owner_id = ANY (owners) OFFSET 0
            ) o
            WHERE CASE WHEN plain THEN strpos(o.text, begins) > 0 ELSE o.grams @> wanted END
            LIMIT enough;
            RETURN QUERY SELECT s.object_id, s.title, s.detail, s.text FROM (
                SELECT e.* FROM kernel_searchentry e
                WHERE e.grams @> wanted AND e.object_id % 64 = 0
                  AND e.company_id + 0 = own AND e.record_type || '' = kind
                LIMIT 400
            ) s
            WHERE s.owner_id IS NULL LIMIT enough;
        ELSE
            -- Until the function ends: a plain index scan would read all that they own to look at its grams.
            PERFORM set_config('enable_indexscan', 'off', true);
            RETURN QUERY SELECT e.object_id, e.title, e.detail, e.text FROM kernel_searchentry e
            WHERE e.grams @> wanted AND e.company_id = own AND e.record_type = kind AND e.owner_id = ANY (owners)
            LIMIT enough;
            RETURN QUERY SELECT e.object_id, e.title, e.detail, e.text FROM kernel_searchentry e
            WHERE e.grams @> wanted AND e.company_id = own AND e.record_type = kind AND e.owner_id IS NULL
            LIMIT enough;
        END IF;
        RETURN QUERY SELECT e.object_id, e.title, e.detail, e.text FROM kernel_searchentry e
        WHERE e.company_id = own AND e.record_type = kind AND e.object_id = ANY (also) AND e.grams @> wanted;
        RETURN;
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

"""

UNDO = """
CREATE OR REPLACE FUNCTION gucang_search(
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

"""


class Migration(migrations.Migration):

    dependencies = [
        ("kernel", "0009_own_fields_personal_and_on_cards"),
    ]

    operations = [
        migrations.RunSQL(SEARCH, UNDO),
    ]
