import django.core.validators
import django.db.models.deletion
import django.db.models.manager
import gucang.kernel.constraints
import gucang.kernel.models.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_platform'),
        ('kernel', '0002_events'),
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='LossReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=60, verbose_name='reason')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='place in the row')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'verbose_name': 'loss reason',
                'verbose_name_plural': 'loss reasons',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('company', 'name'), name='one_loss_reason', violation_error_message='There is already such a reason.'), gucang.kernel.constraints.RowSecurity(name='selling_lossreason_company'), models.UniqueConstraint(fields=('company', 'id'), name='selling_lossreason_pair')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Opportunity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('number', models.CharField(editable=False, max_length=40, verbose_name='number')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('amount', gucang.kernel.models.fields.MoneyField(blank=True, decimal_places=2, default=Decimal('0'), max_digits=16, validators=[django.core.validators.MinValueValidator(0, 'An amount is not negative.')], verbose_name='amount')),
                ('currency', models.CharField(blank=True, choices=[('CNY', 'CNY'), ('USD', 'USD'), ('EUR', 'EUR'), ('HKD', 'HKD'), ('JPY', 'JPY'), ('GBP', 'GBP')], help_text="empty for the company's own", max_length=3, verbose_name='currency')),
                ('closes_on', models.DateField(blank=True, null=True, verbose_name='expected close')),
                ('private', models.BooleanField(default=False, help_text='only you see it until you say it is ready; sums count it', verbose_name='not shown yet')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('closed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='closed on')),
                ('state', models.CharField(choices=[('open', 'under way'), ('won', 'won'), ('lost', 'lost')], default='open', editable=False, max_length=4, verbose_name='state')),
                ('stage_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in this stage since')),
                ('amount_order', models.BigIntegerField(default=0, editable=False)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('contact', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.contact', verbose_name='contact')),
                ('customer', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='parties.customer', verbose_name='customer')),
                ('lost_reason', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selling.lossreason', verbose_name='why it was lost')),
                ('owner', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='owner')),
            ],
            options={
                'verbose_name': 'opportunity',
                'verbose_name_plural': 'opportunities',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', '-updated_at', '-id'], name='opportunity_by_change'), models.Index(fields=['company', 'owner', '-updated_at', '-id'], name='opportunity_by_owner'), models.Index(fields=['company', 'customer', '-id'], name='opportunity_by_customer'), models.Index(fields=['company', '-amount_order', '-id'], name='opportunity_by_amount'), models.Index(fields=['company', '-created_at', '-id'], name='opportunity_by_creation'), models.Index(condition=models.Q(('state', 'open')), fields=['company', 'closes_on', 'id'], name='opportunity_by_close'), models.Index(condition=models.Q(('closed_on__isnull', False)), fields=['company', 'state', '-closed_on', '-id'], name='opportunity_closed')],
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='one_opportunity_number'), models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('lost_reason', None), ('state', 'open')), models.Q(('closed_on__isnull', False), ('lost_reason', None), ('state', 'won')), models.Q(('closed_on__isnull', False), ('state', 'lost')), _connector='OR'), name='closed_with_a_day', violation_error_message='A closed deal has a closing day, an open one has none.'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='amount_not_negative', violation_error_message='An amount is not negative.'), gucang.kernel.constraints.RowSecurity(name='selling_opportunity_company'), models.UniqueConstraint(fields=('company', 'id'), name='selling_opportunity_pair'), gucang.kernel.constraints.SameCompany(field='customer', name='selling_opportunity_customer_here'), gucang.kernel.constraints.SameCompany(field='contact', name='selling_opportunity_contact_here'), gucang.kernel.constraints.SameCompany(field='owner', name='selling_opportunity_owner_here'), gucang.kernel.constraints.SameCompany(field='lost_reason', name='selling_opportunity_lost_reason_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('number', models.CharField(editable=False, max_length=40, verbose_name='number')),
                ('name', models.CharField(help_text='of the company or person', max_length=120, verbose_name='name')),
                ('kind', models.CharField(choices=[('organisation', 'organisation'), ('person', 'private person')], default='organisation', max_length=12, verbose_name='kind')),
                ('contact_name', models.CharField(blank=True, max_length=60, verbose_name='contact')),
                ('phone', gucang.kernel.models.fields.PhoneField(blank=True, max_length=40, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('source', models.CharField(blank=True, choices=[('referral', 'referral'), ('exhibition', 'trade fair'), ('website', 'website'), ('phone', 'they called'), ('calling', 'we called'), ('advertising', 'advertising'), ('old', 'earlier customer'), ('other', 'other source')], max_length=12, verbose_name='source')),
                ('province', models.CharField(blank=True, max_length=40, verbose_name='province')),
                ('city', models.CharField(blank=True, max_length=40, verbose_name='city')),
                ('note', models.TextField(blank=True, verbose_name='what they want')),
                ('status', models.CharField(choices=[('new', 'unanswered'), ('contacted', 'contacted'), ('qualified', 'worth following'), ('converted', 'became a customer'), ('discarded', 'put aside')], default='new', editable=False, max_length=10, verbose_name='status')),
                ('contacted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first answered')),
                ('discard_reason', models.CharField(blank=True, editable=False, max_length=200, verbose_name='why it was put aside')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('contact', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.contact', verbose_name='contact')),
                ('customer', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='parties.customer', verbose_name='customer')),
                ('owner', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='owner')),
                ('opportunity', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selling.opportunity', verbose_name='opportunity')),
            ],
            options={
                'verbose_name': 'lead',
                'verbose_name_plural': 'leads',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', '-updated_at', '-id'], name='lead_by_change'), models.Index(fields=['company', 'owner', '-updated_at', '-id'], name='lead_by_owner'), models.Index(fields=['company', 'status', '-updated_at', '-id'], name='lead_by_status'), models.Index(condition=models.Q(('customer__isnull', False)), fields=['company', 'customer'], name='lead_by_customer')],
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='one_lead_number'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'converted'), ('customer__isnull', False)), models.Q(models.Q(('status', 'converted'), _negated=True), ('customer', None)), _connector='OR'), name='converted_into_a_customer', violation_error_message='A lead that became a customer says which.'), gucang.kernel.constraints.RowSecurity(name='selling_lead_company'), models.UniqueConstraint(fields=('company', 'id'), name='selling_lead_pair'), gucang.kernel.constraints.SameCompany(field='owner', name='selling_lead_owner_here'), gucang.kernel.constraints.SameCompany(field='customer', name='selling_lead_customer_here'), gucang.kernel.constraints.SameCompany(field='contact', name='selling_lead_contact_here'), gucang.kernel.constraints.SameCompany(field='opportunity', name='selling_lead_opportunity_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Pipeline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='place in the row')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'verbose_name': 'pipeline',
                'verbose_name_plural': 'pipelines',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('company', 'name'), name='one_pipeline_name', violation_error_message='There is already a pipeline with this name.'), gucang.kernel.constraints.RowSecurity(name='selling_pipeline_company'), models.UniqueConstraint(fields=('company', 'id'), name='selling_pipeline_pair')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='opportunity',
            name='pipeline',
            field=gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selling.pipeline', verbose_name='pipeline'),
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='place in the row')),
                ('kind', models.CharField(choices=[('open', 'under way'), ('won', 'won'), ('lost', 'lost')], default='open', max_length=4, verbose_name='kind')),
                ('probability', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100, 'At most 100.')], verbose_name='probability, %')),
                ('required_fields', gucang.kernel.models.fields.TagsField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='field names that must be filled before a deal comes here', size=None, verbose_name='asks for')),
                ('max_days', models.PositiveSmallIntegerField(default=0, help_text='longer is marked as ageing; 0 for no limit', verbose_name='days it should take at most')),
                ('guidance', models.TextField(blank=True, verbose_name='how to do this step')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('pipeline', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='stages', to='selling.pipeline', verbose_name='pipeline')),
            ],
            options={
                'verbose_name': 'stage',
                'verbose_name_plural': 'stages',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'pipeline', 'position'], name='stage_by_position')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('company', 'pipeline', 'name'), name='one_stage_name', violation_error_message='There is already a stage with this name in the pipeline.'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('kind', 'won')), fields=('company', 'pipeline', 'kind'), name='one_stage_for_won', violation_error_message='The pipeline has its stage for won deals already.'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('kind', 'lost')), fields=('company', 'pipeline', 'kind'), name='one_stage_for_lost', violation_error_message='The pipeline has its stage for lost deals already.'), gucang.kernel.constraints.RowSecurity(name='selling_stage_company'), models.UniqueConstraint(fields=('company', 'id'), name='selling_stage_pair'), gucang.kernel.constraints.SameCompany(field='pipeline', name='selling_stage_pipeline_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='opportunity',
            name='stage',
            field=gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='selling.stage', verbose_name='stage'),
        ),
        migrations.CreateModel(
            name='StageChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='moved at')),
                ('days', models.PositiveIntegerField(verbose_name='days there')),
                ('by', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='moved by')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('from_stage', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selling.stage', verbose_name='from stage')),
                ('opportunity', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stage_changes', to='selling.opportunity')),
                ('to_stage', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selling.stage', verbose_name='to stage')),
            ],
            options={
                'verbose_name': 'stage change',
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['company', 'opportunity', '-at'], name='stage_change_of'), models.Index(fields=['company', 'to_stage', '-at'], name='stage_change_into')],
                'constraints': [gucang.kernel.constraints.RowSecurity(name='selling_stagechange_company'), models.UniqueConstraint(fields=('company', 'id'), name='selling_stagechange_pair'), gucang.kernel.constraints.SameCompany(field='opportunity', name='selling_stagechange_opportunity_here'), gucang.kernel.constraints.SameCompany(field='from_stage', name='selling_stagechange_from_stage_here'), gucang.kernel.constraints.SameCompany(field='to_stage', name='selling_stagechange_to_stage_here'), gucang.kernel.constraints.SameCompany(field='by', name='selling_stagechange_by_here')],
            },
        ),
        migrations.CreateModel(
            name='StageTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('private', models.BooleanField()),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('count', models.BigIntegerField()),
                ('amount', gucang.kernel.models.fields.MoneyField(decimal_places=2, max_digits=22)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('owner', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('pipeline', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selling.pipeline')),
                ('stage', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selling.stage')),
            ],
            options={
                'verbose_name': 'stage total',
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('company', 'pipeline', 'stage', 'owner', 'private', 'currency'), name='one_stage_total', nulls_distinct=False), gucang.kernel.constraints.RowSecurity(name='selling_stagetotal_company'), models.UniqueConstraint(fields=('company', 'id'), name='selling_stagetotal_pair'), gucang.kernel.constraints.SameCompany(field='pipeline', name='selling_stagetotal_pipeline_here'), gucang.kernel.constraints.SameCompany(field='stage', name='selling_stagetotal_stage_here'), gucang.kernel.constraints.SameCompany(field='owner', name='selling_stagetotal_owner_here')],
            },
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'stage', '-updated_at', '-id'], name='opportunity_by_stage'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'owner', 'stage', '-updated_at', '-id'], name='opportunity_by_owner_stage'),
        ),
        migrations.AddConstraint(
            model_name='opportunity',
            constraint=gucang.kernel.constraints.SameCompany(field='pipeline', name='selling_opportunity_pipeline_here'),
        ),
        migrations.AddConstraint(
            model_name='opportunity',
            constraint=gucang.kernel.constraints.SameCompany(field='stage', name='selling_opportunity_stage_here'),
        ),
    ]
