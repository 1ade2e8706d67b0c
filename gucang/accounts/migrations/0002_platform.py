"""What no model can say: which companies a person works in, and the table that counts sign-in attempts."""

from django.db import migrations

# Asked before a company is chosen, so no scope can stand: the function runs as the owner and answers for one person.
COMPANIES_OF = """
CREATE FUNCTION gucang_companies_of(person bigint)
RETURNS TABLE (id bigint, slug varchar, name varchar, kind varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.slug, c.name, c.kind
    FROM accounts_member m JOIN kernel_company c ON c.id = m.company_id
    WHERE m.user_id = person AND m.status <> 'left' AND m.deleted_at IS NULL
    ORDER BY c.kind, c.name, c.id
$$;
GRANT EXECUTE ON FUNCTION gucang_companies_of(bigint) TO gucang_app;
"""

# Django's database cache keeps the counts of attempts, so that all web processes see the same. It is a platform table:
# an attempt to sign in belongs to no company, and the keys are hashes.
ATTEMPTS = """
CREATE TABLE accounts_attempts (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX accounts_attempts_expires ON accounts_attempts (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("kernel", "0001_initial")]

    operations = [
        migrations.RunSQL(COMPANIES_OF, "DROP FUNCTION gucang_companies_of(bigint)"),
        migrations.RunSQL(ATTEMPTS, "DROP TABLE accounts_attempts"),
    ]
