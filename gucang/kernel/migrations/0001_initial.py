import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import gucang.kernel.constraints
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,39}$', 'Use small Latin letters, digits and hyphens.')], verbose_name='address')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('kind', models.CharField(choices=[('live', 'live'), ('training', 'training')], default='live', max_length=10, verbose_name='kind')),
                ('language', models.CharField(default='zh-hans', max_length=10, verbose_name='language')),
                ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                ('settings', models.JSONField(blank=True, default=dict, verbose_name='settings')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(verbose_name='created')),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'companies',
            },
        ),
        migrations.CreateModel(
            name='Collaborator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_type', models.CharField(max_length=40)),
                ('object_id', models.BigIntegerField()),
                ('member_id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['company', 'record_type', 'object_id'], name='collaborator_of')],
                'constraints': [models.UniqueConstraint(fields=('company', 'member_id', 'record_type', 'object_id'), name='collaborator_once'), gucang.kernel.constraints.RowSecurity(name='kernel_collaborator_company'), models.UniqueConstraint(fields=('company', 'id'), name='kernel_collaborator_pair')],
            },
        ),
        migrations.CreateModel(
            name='CustomField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_type', models.CharField(max_length=40)),
                ('key', models.SlugField(max_length=40)),
                ('label_zh', models.CharField(max_length=60)),
                ('label_en', models.CharField(blank=True, max_length=60)),
                ('kind', models.CharField(max_length=20)),
                ('required', models.BooleanField(default=False)),
                ('choices', models.JSONField(blank=True, default=list)),
                ('help', models.CharField(blank=True, max_length=200)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('retired', models.BooleanField(default=False)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('company', 'record_type', 'key'), name='one_custom_field'), gucang.kernel.constraints.RowSecurity(name='kernel_customfield_company'), models.UniqueConstraint(fields=('company', 'id'), name='kernel_customfield_pair')],
            },
        ),
        migrations.CreateModel(
            name='EventSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('events', models.BigIntegerField()),
                ('last_event_id', models.BigIntegerField()),
                ('previous', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'verbose_name': 'seal',
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('company', 'day'), name='one_seal_a_day'), gucang.kernel.constraints.RowSecurity(name='kernel_eventseal_company'), models.UniqueConstraint(fields=('company', 'id'), name='kernel_eventseal_pair')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=200)),
                ('request_hash', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.JSONField(null=True)),
                ('headers', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['company', 'created_at'], name='answers_by_age')],
                'constraints': [models.UniqueConstraint(fields=('company', 'actor', 'key'), name='one_answer'), gucang.kernel.constraints.RowSecurity(name='kernel_idempotencykey_company'), models.UniqueConstraint(fields=('company', 'id'), name='kernel_idempotencykey_pair')],
            },
        ),
        migrations.CreateModel(
            name='NumberCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_type', models.CharField(max_length=40)),
                ('period', models.CharField(max_length=60)),
                ('value', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('company', 'record_type', 'period'), name='one_counter'), gucang.kernel.constraints.RowSecurity(name='kernel_numbercounter_company'), models.UniqueConstraint(fields=('company', 'id'), name='kernel_numbercounter_pair')],
            },
        ),
        migrations.CreateModel(
            name='NumberRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_type', models.CharField(max_length=40)),
                ('pattern', models.CharField(max_length=60, verbose_name='pattern')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('company', 'record_type'), name='one_number_rule'), gucang.kernel.constraints.RowSecurity(name='kernel_numberrule_company'), models.UniqueConstraint(fields=('company', 'id'), name='kernel_numberrule_pair')],
            },
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_type', models.CharField(max_length=40)),
                ('object_id', models.BigIntegerField()),
                ('owner_id', models.BigIntegerField(null=True)),
                ('title', models.CharField(max_length=200)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('text', models.TextField(blank=True)),
                ('grams', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'base_manager_name': 'objects',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['grams'], gin_pending_list_limit=256, name='search_grams')],
                'constraints': [models.UniqueConstraint(fields=('company', 'record_type', 'object_id'), name='one_entry'), gucang.kernel.constraints.RowSecurity(forced=False, name='kernel_searchentry_company'), models.UniqueConstraint(fields=('company', 'id'), name='kernel_searchentry_pair')],
            },
        ),
    ]
