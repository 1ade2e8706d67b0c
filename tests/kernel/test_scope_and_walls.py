"""The three walls: Python raises, PostgreSQL hides, references cannot leave."""

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from gucang.accounts.models import Department, Member
from gucang.kernel.constraints import RowSecurity
from gucang.kernel.errors import NoCompanyScope, WriteOutsideAction
from gucang.kernel.models import CompanyModel
from gucang.kernel.scope import company_scope, writing

COMPANY_MODELS = [m for m in apps.get_models() if issubclass(m, CompanyModel)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Member.objects.count(),
        lambda: Member.objects.exists(),
        lambda: Member.objects.distinct().exists(),
        lambda: Member.objects.explain(),
        lambda: list(Member.with_bin.all()),
        lambda: Member._base_manager.first(),
        lambda: Member._default_manager.all().order_by("pk").first(),
    ],
)
def test_asking_without_a_company_is_an_error_not_an_empty_answer(acme, ask):
    with pytest.raises(NoCompanyScope):
        ask()


def test_scopes_do_not_nest(acme, other):
    with company_scope(acme), pytest.raises(NoCompanyScope), company_scope(other):
        pass


def test_leaving_a_scope_inside_another_transaction_clears_the_setting(acme):
    with transaction.atomic():
        with company_scope(acme):
            pass
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.company_id', true)")
            assert cursor.fetchone()[0] == ""


@pytest.mark.parametrize(
    "write",
    [
        lambda member: member.save(),
        lambda member: member.delete(),
        lambda member: Member.objects.filter(pk=member.pk).update(name="x"),
        lambda member: Member.objects.filter(pk=member.pk).delete(),
        lambda member: Member.objects.bulk_create([Member(name="x")]),
        lambda member: Member.objects.bulk_update([member], ["name"]),
        lambda member: Department.objects.create(name="x"),
    ],
)
def test_writing_outside_an_action_raises(scope, alice, write):
    with pytest.raises(WriteOutsideAction):
        write(alice)


def test_an_action_of_another_module_is_no_permission_to_write(scope, alice):
    with writing("kernel"), pytest.raises(WriteOutsideAction):
        alice.save()


def test_raw_sql_sees_only_the_company_of_the_scope(acme, alice, dan):
    with company_scope(acme), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_member")
        seen = {row[0] for row in cursor.fetchall()}
    assert alice.pk in seen
    assert dan.pk not in seen


def test_raw_sql_without_a_scope_sees_nothing(acme, alice, dan):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_member")
        assert cursor.fetchone()[0] == 0


def test_a_row_cannot_be_written_into_another_company(scope, other):
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO kernel_numberrule (company_id, record_type, pattern) VALUES (%s, 'x', 'y')", [other.pk]
        )


def test_a_reference_cannot_point_into_another_company(scope, alice, dan):
    alice.manager_id = dan.pk
    with pytest.raises(IntegrityError, match="accounts_member_manager_here"), transaction.atomic(), writing("accounts"):
        alice.save()


@pytest.mark.parametrize("model", COMPANY_MODELS, ids=lambda m: m._meta.label)
def test_every_company_table_has_its_policy_in_the_database(db, model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relrowsecurity, c.relforcerowsecurity, array_agg(p.polname::text) FROM pg_class c "
            "LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relname = %s GROUP BY 1, 2",
            [model._meta.db_table],
        )
        enabled, forced, policies = cursor.fetchone()
    (policy,) = [c for c in model._meta.constraints if isinstance(c, RowSecurity)]
    assert enabled
    assert forced == policy.forced
    assert policies == [policy.name]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_event SET name = 'x'",
        "DELETE FROM kernel_event",
        "TRUNCATE kernel_event",
        "UPDATE kernel_eventobject SET role = 'x'",
        "DELETE FROM kernel_eventseal",
        "SELECT * FROM kernel_event_rest",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE accounts_member DISABLE ROW LEVEL SECURITY",
        "ALTER ROLE gucang_app SUPERUSER",
        "SET ROLE gucang_owner",
        "COPY accounts_member TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
    ],
)
def test_the_applications_role_may_not(scope, statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_tests_run_as_a_role_that_row_security_binds(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
