"""Own fields in full: what they are, an index over what they hold, and how far the working out of a formula is."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import gucang.kernel.constraints
import gucang.kernel.models.fields
import gucang.kernel.models.support

POLICY = "company_id = (SELECT nullif(current_setting('app.company_id', true), '')::bigint)"

# The primary key is how values of a record are replaced and probed; the two others are how lists filter and sort. A
# company's fields differ widely, so the planner counts field and value together.
TABLE = f"""
CREATE TABLE kernel_fieldvalue (
    company_id bigint NOT NULL,
    field_id bigint NOT NULL,
    object_id bigint NOT NULL,
    word text COLLATE "C" NOT NULL DEFAULT '',
    number bigint,
    PRIMARY KEY (company_id, field_id, object_id, word)
);
CREATE INDEX fieldvalue_by_number ON kernel_fieldvalue (company_id, field_id, number, object_id)
    WHERE number IS NOT NULL;
CREATE INDEX fieldvalue_by_word ON kernel_fieldvalue (company_id, field_id, word, object_id) WHERE word <> '';
CREATE STATISTICS fieldvalue_words (mcv, ndistinct) ON company_id, field_id, word FROM kernel_fieldvalue;
CREATE STATISTICS fieldvalue_numbers (mcv, ndistinct) ON company_id, field_id, number FROM kernel_fieldvalue;
ALTER TABLE kernel_fieldvalue ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel_fieldvalue FORCE ROW LEVEL SECURITY;
CREATE POLICY kernel_fieldvalue_company ON kernel_fieldvalue USING ({POLICY}) WITH CHECK ({POLICY});
"""

# Fields that are there already have values, but nothing in the index: they wait for the job that works them out.
WAITING = """
DO $$
DECLARE
    company bigint;
BEGIN
    FOR company IN SELECT id FROM kernel_company LOOP
        PERFORM set_config('app.company_id', company::text, true);
        INSERT INTO kernel_fieldwork (company_id, field_id, last_id, done, total, afresh, started_at)
            SELECT company_id, id, 0, 0, 0, true, now() FROM kernel_customfield;
        UPDATE kernel_customfield SET version = 1, options = coalesce(
            (SELECT string_agg(word, E'\\n') FROM jsonb_array_elements_text(choices) AS word), '');
    END LOOP;
    PERFORM set_config('app.company_id', '', true);
END
$$
"""


KINDS = [
    ("text", "Text"), ("longtext", "Long text"), ("decimal", "Number"), ("money", "Money"), ("date", "Date"),
    ("choice", "Choice"), ("choices", "Several choices"), ("boolean", "Yes or no"), ("member", "Member"),
    ("reference", "Another record"), ("formula", "Formula"), ("phone", "Phone"), ("email", "E-mail"),
    ("integer", "Whole number"),
]  # fmt: skip


def words(label: str) -> gucang.kernel.models.fields.TagsField:
    return gucang.kernel.models.fields.TagsField(
        base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name=label
    )


OPTIONS = [
    ("places", models.PositiveSmallIntegerField(default=2, verbose_name="decimals")),
    ("unit", models.CharField(blank=True, max_length=12, verbose_name="unit")),
    ("target", models.CharField(blank=True, max_length=40, verbose_name="points at")),
    ("default", models.CharField(blank=True, max_length=200, verbose_name="filled in beforehand")),
    ("options", models.TextField(blank=True, verbose_name="choices")),
    ("section", models.CharField(blank=True, max_length=60, verbose_name="section of the form")),
    ("wide", models.BooleanField(default=False, verbose_name="as wide as the form")),
    ("first", models.BooleanField(default=False, verbose_name="among the first on a phone")),
    ("searchable", models.BooleanField(default=False, verbose_name="found by the search")),
    ("show_field", models.CharField(blank=True, max_length=60, verbose_name="shown by")),
    ("show_values", words("shown for")),
    ("required_in", words("needed in")),
    ("formula", models.CharField(blank=True, max_length=2000, verbose_name="formula")),
    ("help_en", models.CharField(blank=True, max_length=200, verbose_name="hint in English")),
    ("version", models.PositiveIntegerField(default=0, editable=False)),
    ("extra", models.JSONField(blank=True, default=dict, editable=False, verbose_name="custom fields")),
    ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="in the bin since")),
]
MOMENTS = (("created_at", "created"), ("updated_at", "last change"))
NAMED = [
    (
        "record_type",
        models.CharField(choices=gucang.kernel.models.support.fieldable, max_length=40, verbose_name="of"),
    ),
    ("key", models.SlugField(blank=True, max_length=40, verbose_name="short name")),
    ("label_zh", models.CharField(max_length=60, verbose_name="name in Chinese")),
    ("label_en", models.CharField(blank=True, max_length=60, verbose_name="name in English")),
    ("kind", models.CharField(choices=KINDS, max_length=20, verbose_name="kind")),
    ("required", models.BooleanField(default=False, verbose_name="must be filled in")),
    ("help", models.CharField(blank=True, max_length=200, verbose_name="hint")),
    ("position", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="place in the row")),
    ("retired", models.BooleanField(default=False, editable=False, verbose_name="retired")),
]


def company() -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT,
        related_name="+", to="kernel.company",
    )


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_setup_stamp")]

    operations = [
        *(migrations.AddField("customfield", name, field) for name, field in OPTIONS),
        *(
            migrations.AddField(
                "customfield", name,
                models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name=label),
                preserve_default=False,
            )
            for name, label in MOMENTS
        ),
        *(migrations.AlterField("customfield", name, field) for name, field in NAMED),
        migrations.AlterModelOptions(
            "customfield",
            {"base_manager_name": "with_bin", "verbose_name": "own field", "verbose_name_plural": "own fields"},
        ),
        migrations.AlterModelManagers(
            "customfield",
            [("objects", django.db.models.manager.Manager()), ("with_bin", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="FieldWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_id", models.BigIntegerField(default=0)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("afresh", models.BooleanField(default=True)),
                ("started_at", models.DateTimeField()),
                ("company", company()),
                (
                    "field",
                    gucang.kernel.models.fields.Reference(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE,
                        related_name="+", to="kernel.customfield",
                    ),
                ),
            ],
            options={
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("company", "field"), name="one_field_work"),
                    gucang.kernel.constraints.RowSecurity(name="kernel_fieldwork_company"),
                    models.UniqueConstraint(fields=("company", "id"), name="kernel_fieldwork_pair"),
                    gucang.kernel.constraints.SameCompany(field="field", name="kernel_fieldwork_field_here"),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLE, "DROP TABLE kernel_fieldvalue")],
            state_operations=[
                migrations.CreateModel(
                    name="FieldValue",
                    fields=[
                        ("field_id", models.BigIntegerField()),
                        ("object_id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("word", models.TextField(db_collation="C", default="")),
                        ("number", models.BigIntegerField(null=True)),
                        ("company", company()),
                    ],
                    options={
                        "verbose_name": "value of an own field",
                        "base_manager_name": "objects",
                        "constraints": [gucang.kernel.constraints.RowSecurity(name="kernel_fieldvalue_company")],
                    },
                ),
            ],
        ),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
        migrations.RemoveField("customfield", "choices"),
    ]
