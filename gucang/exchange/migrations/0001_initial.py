import django.db.models.deletion
import django.db.models.manager
import gucang.kernel.constraints
import gucang.kernel.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_platform'),
        ('kernel', '0002_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('number', models.CharField(editable=False, max_length=40, verbose_name='number')),
                ('name', models.CharField(editable=False, max_length=120, verbose_name='file')),
                ('file', models.CharField(editable=False, max_length=32)),
                ('record_type', models.CharField(blank=True, editable=False, max_length=40, verbose_name='what')),
                ('map', models.CharField(blank=True, editable=False, max_length=40, verbose_name='ready map')),
                ('tables', models.JSONField(default=list, editable=False)),
                ('mapping', models.JSONField(default=dict, editable=False)),
                ('match', models.CharField(blank=True, editable=False, max_length=60)),
                ('into_pool', models.BooleanField(default=False, editable=False, verbose_name='into the pool')),
                ('state', models.CharField(choices=[('uploaded', 'uploaded'), ('checked', 'checked'), ('running', 'running'), ('done', 'done'), ('cancelled', 'stopped'), ('failed', 'failed'), ('taking_back', 'being taken back'), ('taken_back', 'taken back')], default='uploaded', editable=False, max_length=12, verbose_name='state')),
                ('reason', models.CharField(blank=True, editable=False, max_length=300, verbose_name='why it ended')),
                ('rows', models.PositiveIntegerField(default=0, editable=False, verbose_name='rows')),
                ('created', models.PositiveIntegerField(default=0, editable=False, verbose_name='added')),
                ('updated', models.PositiveIntegerField(default=0, editable=False, verbose_name='updated')),
                ('unchanged', models.PositiveIntegerField(default=0, editable=False, verbose_name='unchanged')),
                ('repaired', models.PositiveIntegerField(default=0, editable=False, verbose_name='repaired')),
                ('refused', models.PositiveIntegerField(default=0, editable=False, verbose_name='refused')),
                ('by_table', models.JSONField(default=dict, editable=False)),
                ('finished_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finished')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('owner', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='by')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'owner', '-id'], name='import_by_owner')],
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='one_import_number'), models.UniqueConstraint(fields=('company', 'file'), name='one_import_of_a_file'), gucang.kernel.constraints.RowSecurity(name='exchange_import_company'), models.UniqueConstraint(fields=('company', 'id'), name='exchange_import_pair'), gucang.kernel.constraints.SameCompany(field='owner', name='exchange_import_owner_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ImportLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=120)),
                ('line', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('refused', 'refused'), ('repaired', 'repaired')], max_length=8)),
                ('field', models.CharField(blank=True, max_length=120)),
                ('sentence', models.CharField(blank=True, max_length=500)),
                ('old', models.CharField(blank=True, max_length=200)),
                ('new', models.CharField(blank=True, max_length=200)),
                ('raw', models.JSONField(default=list)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('import_record', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='exchange.import')),
            ],
            options={
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['company', 'import_record', 'kind', 'id'], name='import_lines')],
                'constraints': [gucang.kernel.constraints.RowSecurity(name='exchange_importline_company'), models.UniqueConstraint(fields=('company', 'id'), name='exchange_importline_pair'), gucang.kernel.constraints.SameCompany(field='import_record', name='exchange_importline_import_record_here')],
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_type', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=120)),
                ('object_id', models.BigIntegerField()),
                ('digest', models.CharField(max_length=40)),
                ('made', models.BooleanField(default=True)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('import_record', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='origins', to='exchange.import')),
            ],
            options={
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['company', 'import_record', 'id'], name='origins_of_an_import')],
                'constraints': [models.UniqueConstraint(fields=('company', 'record_type', 'source', 'key'), name='one_origin'), gucang.kernel.constraints.RowSecurity(name='exchange_origin_company'), models.UniqueConstraint(fields=('company', 'id'), name='exchange_origin_pair'), gucang.kernel.constraints.SameCompany(field='import_record', name='exchange_origin_import_record_here')],
            },
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveSmallIntegerField(default=0)),
                ('position', models.BigIntegerField(default=0)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('created', models.PositiveIntegerField(default=0)),
                ('updated', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('repaired', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
                ('by_table', models.JSONField(default=dict)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('import_record', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='exchange.import')),
            ],
            options={
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('company', 'import_record'), name='one_progress'), gucang.kernel.constraints.RowSecurity(name='exchange_progress_company'), models.UniqueConstraint(fields=('company', 'id'), name='exchange_progress_pair'), gucang.kernel.constraints.SameCompany(field='import_record', name='exchange_progress_import_record_here')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('number', models.CharField(editable=False, max_length=40, verbose_name='number')),
                ('record_type', models.CharField(editable=False, max_length=40, verbose_name='what')),
                ('query', models.CharField(blank=True, editable=False, max_length=2000, verbose_name='filter')),
                ('columns', models.JSONField(default=list, editable=False)),
                ('rows', models.PositiveIntegerField(default=0, editable=False, verbose_name='rows')),
                ('file', models.CharField(blank=True, editable=False, max_length=32)),
                ('state', models.CharField(choices=[('uploaded', 'uploaded'), ('checked', 'checked'), ('running', 'running'), ('done', 'done'), ('cancelled', 'stopped'), ('failed', 'failed'), ('taking_back', 'being taken back'), ('taken_back', 'taken back')], default='running', editable=False, max_length=12, verbose_name='state')),
                ('ready_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='ready')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('owner', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='by')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'owner', '-id'], name='export_by_owner')],
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='one_export_number'), gucang.kernel.constraints.RowSecurity(name='exchange_export_company'), models.UniqueConstraint(fields=('company', 'id'), name='exchange_export_pair'), gucang.kernel.constraints.SameCompany(field='owner', name='exchange_export_owner_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
    ]
