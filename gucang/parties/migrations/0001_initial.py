import django.core.validators
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
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('number', models.CharField(editable=False, max_length=40, verbose_name='number')),
                ('kind', models.CharField(choices=[('organisation', 'organisation'), ('person', 'private person')], default='organisation', max_length=12, verbose_name='kind')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('short_name', models.CharField(blank=True, max_length=40, verbose_name='short name')),
                ('credit_code', gucang.kernel.models.fields.CreditCodeField(blank=True, help_text='18 characters on the business licence', max_length=18, verbose_name='credit code')),
                ('phone', gucang.kernel.models.fields.PhoneField(blank=True, max_length=40, verbose_name='phone')),
                ('phone2', gucang.kernel.models.fields.PhoneField(blank=True, max_length=40, verbose_name='second phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('website', models.CharField(blank=True, max_length=200, verbose_name='website')),
                ('province', models.CharField(blank=True, max_length=40, verbose_name='province')),
                ('city', models.CharField(blank=True, max_length=40, verbose_name='city')),
                ('district', models.CharField(blank=True, max_length=40, verbose_name='district')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('industry', models.CharField(blank=True, max_length=60, verbose_name='industry')),
                ('level', models.CharField(blank=True, choices=[('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'D')], max_length=1, verbose_name='level')),
                ('source', models.CharField(blank=True, choices=[('referral', 'referral'), ('exhibition', 'trade fair'), ('website', 'website'), ('phone', 'they called'), ('calling', 'we called'), ('advertising', 'advertising'), ('old', 'earlier customer'), ('other', 'other source')], max_length=12, verbose_name='source')),
                ('status', models.CharField(choices=[('prospect', 'prospect'), ('engaged', 'in contact'), ('buyer', 'has bought'), ('lost', 'drifted away')], default='prospect', max_length=10, verbose_name='development')),
                ('tags', gucang.kernel.models.fields.TagsField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='tags')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('warned_for', models.DateField(blank=True, editable=False, null=True, verbose_name='warned for')),
                ('name_key', models.CharField(blank=True, editable=False, max_length=64)),
                ('owned_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='owned since')),
                ('pooled_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the pool since')),
                ('last_contact_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last contact')),
                ('next_step_on', models.DateField(blank=True, editable=False, null=True, verbose_name='next step on')),
                ('next_step', models.CharField(blank=True, editable=False, max_length=200, verbose_name='next step')),
                ('last_deal_on', models.DateField(blank=True, editable=False, null=True, verbose_name='last deal')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('originator', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='brought in by')),
                ('owner', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='owner')),
                ('parent', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.customer', verbose_name='belongs to group')),
                ('previous_owner', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='previous owner')),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', '-updated_at', '-id'], name='customer_by_change'), models.Index(fields=['company', 'owner', '-updated_at', '-id'], name='customer_by_owner'), models.Index(fields=['company', 'name_key', 'id'], name='customer_by_name_key'), models.Index(fields=['company', 'name', 'id'], name='customer_by_name'), models.Index(fields=['company', 'city', '-updated_at', '-id'], name='customer_by_city'), models.Index(fields=['company', 'city', 'name_key', 'id'], name='customer_by_city_name'), models.Index(fields=['company', 'province', '-updated_at', '-id'], name='customer_by_province'), models.Index(condition=models.Q(('next_step_on__isnull', False)), fields=['company', 'owner', 'next_step_on'], name='customer_by_next_step'), models.Index(fields=['company', '-last_contact_at', '-id'], name='customer_by_contact'), models.Index(fields=['company', '-created_at', '-id'], name='customer_by_creation'), models.Index(condition=models.Q(('parent__isnull', False)), fields=['company', 'parent'], name='customer_by_parent'), models.Index(condition=models.Q(('owner', None)), fields=['company', '-pooled_at'], name='customer_in_pool')],
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='one_customer_number'), models.UniqueConstraint(condition=models.Q(('credit_code', ''), _negated=True), fields=('company', 'credit_code'), name='one_credit_code', violation_error_message="There is a customer with this credit code already, perhaps a colleague's or in the bin. Search for the code and ask its owner."), models.CheckConstraint(condition=models.Q(models.Q(('owned_since', None), ('owner', None), ('pooled_at__isnull', False)), models.Q(('owned_since__isnull', False), ('owner__isnull', False), ('pooled_at', None)), _connector='OR'), name='in_the_pool_or_owned', violation_error_message='A customer has an owner, or is in the pool, never both.'), models.CheckConstraint(condition=models.Q(('kind', 'organisation'), ('credit_code', ''), _connector='OR'), name='persons_have_no_credit_code', violation_error_message='A private person has no credit code.'), gucang.kernel.constraints.RowSecurity(name='parties_customer_company'), models.UniqueConstraint(fields=('company', 'id'), name='parties_customer_pair'), gucang.kernel.constraints.SameCompany(field='parent', name='parties_customer_parent_here'), gucang.kernel.constraints.SameCompany(field='owner', name='parties_customer_owner_here'), gucang.kernel.constraints.SameCompany(field='originator', name='parties_customer_originator_here'), gucang.kernel.constraints.SameCompany(field='previous_owner', name='parties_customer_previous_owner_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('position', models.CharField(blank=True, max_length=60, verbose_name='position')),
                ('mobile', gucang.kernel.models.fields.PhoneField(blank=True, max_length=40, verbose_name='mobile')),
                ('phone', gucang.kernel.models.fields.PhoneField(blank=True, max_length=40, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('wechat', models.CharField(blank=True, max_length=60, verbose_name='WeChat')),
                ('is_primary', models.BooleanField(default=False, verbose_name='primary contact')),
                ('birthday', models.DateField(blank=True, null=True, verbose_name='birthday')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('name_key', models.CharField(blank=True, editable=False, max_length=64)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('customer', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='parties.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'customer'], name='contact_by_customer'), models.Index(fields=['company', '-updated_at', '-id'], name='contact_by_change'), models.Index(fields=['company', 'name_key', 'id'], name='contact_by_name')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('is_primary', True)), fields=('company', 'customer'), name='one_primary_contact', violation_error_message='The customer has a primary contact. Save without the tick, then press “Make primary”.'), gucang.kernel.constraints.RowSecurity(name='parties_contact_company'), models.UniqueConstraint(fields=('company', 'id'), name='parties_contact_pair'), gucang.kernel.constraints.SameCompany(field='customer', name='parties_contact_customer_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PoolRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('days_without_contact', models.PositiveSmallIntegerField(default=0, help_text='then back to the pool; 0 for never', validators=[django.core.validators.MaxValueValidator(3650, 'At most %(limit_value)s.')], verbose_name='days without a follow-up')),
                ('days_without_deal', models.PositiveSmallIntegerField(default=0, help_text='then back to the pool; 0 for never', validators=[django.core.validators.MaxValueValidator(3650, 'At most %(limit_value)s.')], verbose_name='days without a deal')),
                ('warn_days', models.PositiveSmallIntegerField(default=7, help_text='the owner is told so long before', validators=[django.core.validators.MaxValueValidator(3650, 'At most %(limit_value)s.')], verbose_name='days of warning')),
                ('spares_buyers', models.BooleanField(default=True, verbose_name='customers who have bought stay')),
                ('cap', models.PositiveIntegerField(default=0, help_text='who owns as many cannot claim; 0 for no limit', verbose_name='customers for each member')),
                ('cool_down_days', models.PositiveSmallIntegerField(default=7, help_text='before claiming the same customer again', validators=[django.core.validators.MaxValueValidator(3650, 'At most %(limit_value)s.')], verbose_name='pause for the former owner, days')),
                ('claims_a_day', models.PositiveSmallIntegerField(default=20, help_text='for each member; 0 for no limit', validators=[django.core.validators.MaxValueValidator(3650, 'At most %(limit_value)s.')], verbose_name='claims a day')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'verbose_name': 'pool rules',
                'verbose_name_plural': 'pool rules',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'constraints': [models.UniqueConstraint(fields=('company',), name='one_set_of_pool_rules', violation_error_message='The company has its pool rules; change those.'), gucang.kernel.constraints.RowSecurity(name='parties_poolrules_company'), models.UniqueConstraint(fields=('company', 'id'), name='parties_poolrules_pair')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
    ]
