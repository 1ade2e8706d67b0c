import django.db.models.deletion
import django.db.models.manager
import gucang.kernel.constraints
import gucang.kernel.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0002_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('is_active', models.BooleanField(default=True)),
                ('language', models.CharField(default='zh-hans', max_length=10, verbose_name='language')),
                ('theme', models.CharField(choices=[('system', 'as the device'), ('light', 'light'), ('dark', 'dark')], default='system', max_length=10, verbose_name='theme')),
                ('large_text', models.BooleanField(default=False, verbose_name='large text')),
                ('date_joined', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'person',
            },
        ),
        migrations.CreateModel(
            name='SetupLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'set-up link',
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('parent', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.department', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'department',
                'verbose_name_plural': 'departments',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('company', 'parent', 'name'), name='one_department_name', nulls_distinct=False, violation_error_message='There is already a department with this name here.'), gucang.kernel.constraints.RowSecurity(name='accounts_department_company'), models.UniqueConstraint(fields=('company', 'id'), name='accounts_department_pair'), gucang.kernel.constraints.SameCompany(field='parent', name='accounts_department_parent_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('name_key', models.CharField(blank=True, editable=False, max_length=64)),
                ('position', models.CharField(blank=True, max_length=60, verbose_name='position')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', gucang.kernel.models.fields.PhoneField(blank=True, max_length=40, verbose_name='phone')),
                ('status', models.CharField(choices=[('trainee', 'trainee'), ('probation', 'probation'), ('active', 'active'), ('left', 'left')], default='active', max_length=10, verbose_name='status')),
                ('joined_on', models.DateField(blank=True, null=True, verbose_name='joined on')),
                ('left_on', models.DateField(blank=True, editable=False, null=True, verbose_name='left on')),
                ('rights_version', models.PositiveIntegerField(default=1, editable=False)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('department', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.department', verbose_name='department')),
                ('manager', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='accounts.member', verbose_name='manager')),
                ('user', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'member',
                'verbose_name_plural': 'members',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'department'], name='member_by_department')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('company', 'user'), name='one_member_a_person', violation_error_message='This person is already a member of the company.'), gucang.kernel.constraints.RowSecurity(forced=False, name='accounts_member_company'), models.UniqueConstraint(fields=('company', 'id'), name='accounts_member_pair'), gucang.kernel.constraints.SameCompany(field='department', name='accounts_member_department_here'), gucang.kernel.constraints.SameCompany(field='manager', name='accounts_member_manager_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('nonce', models.CharField(max_length=40)),
                ('key_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('voided_at', models.DateTimeField(null=True)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('invited_by', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member')),
                ('member', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='accounts.member')),
            ],
            options={
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['company', 'member'], name='invitation_by_member')],
                'constraints': [models.UniqueConstraint(fields=('company', 'key_hash'), name='one_invitation_key'), gucang.kernel.constraints.RowSecurity(name='accounts_invitation_company'), models.UniqueConstraint(fields=('company', 'id'), name='accounts_invitation_pair'), gucang.kernel.constraints.SameCompany(field='member', name='accounts_invitation_member_here'), gucang.kernel.constraints.SameCompany(field='invited_by', name='accounts_invitation_invited_by_here')],
            },
        ),
        migrations.AddField(
            model_name='department',
            name='head',
            field=gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='heads', to='accounts.member', verbose_name='head of department'),
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('key', models.SlugField(blank=True, editable=False, max_length=40)),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('home', models.CharField(choices=[('sales', 'salesperson'), ('manager', 'sales manager'), ('service', 'service'), ('finance', 'finance'), ('executive', 'executive'), ('auditor', 'auditor'), ('admin', 'administrator')], default='sales', max_length=20, verbose_name='home page')),
                ('grants', models.JSONField(blank=True, default=dict, verbose_name='grants')),
                ('field_rules', models.JSONField(blank=True, default=dict, verbose_name='field rules')),
                ('builtin', models.JSONField(blank=True, default=dict, editable=False)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('company', 'name'), name='one_role_name', violation_error_message='There is already a role with this name.'), models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('company', 'key'), name='one_builtin_role'), gucang.kernel.constraints.RowSecurity(name='accounts_role_company'), models.UniqueConstraint(fields=('company', 'id'), name='accounts_role_pair')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='MemberRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('member', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='member_roles', to='accounts.member')),
                ('role', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='member_roles', to='accounts.role')),
            ],
            options={
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('company', 'member', 'role'), name='one_role_once'), gucang.kernel.constraints.RowSecurity(name='accounts_memberrole_company'), models.UniqueConstraint(fields=('company', 'id'), name='accounts_memberrole_pair'), gucang.kernel.constraints.SameCompany(field='member', name='accounts_memberrole_member_here'), gucang.kernel.constraints.SameCompany(field='role', name='accounts_memberrole_role_here')],
            },
        ),
        migrations.CreateModel(
            name='SecurityEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(max_length=40)),
                ('company_id', models.BigIntegerField(null=True)),
                ('address', models.GenericIPAddressField(null=True)),
                ('agent', models.CharField(blank=True, max_length=200)),
                ('facts', models.JSONField(default=dict)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'security event',
                'indexes': [models.Index(fields=['user', '-at'], name='security_by_user')],
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('prefix', models.CharField(editable=False, max_length=12, verbose_name='starts with')),
                ('key_hash', models.CharField(editable=False, max_length=64)),
                ('scopes', gucang.kernel.models.fields.TagsField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='“read”, “customer.*” or “customer.edit”.', size=None, verbose_name='scopes')),
                ('expires_on', models.DateField(verbose_name='expires on')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('member', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='accounts.member', verbose_name='member')),
            ],
            options={
                'verbose_name': 'token',
                'verbose_name_plural': 'tokens',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'member'], name='token_by_member')],
                'constraints': [models.UniqueConstraint(fields=('company', 'key_hash'), name='one_token_key'), gucang.kernel.constraints.RowSecurity(name='accounts_token_company'), models.UniqueConstraint(fields=('company', 'id'), name='accounts_token_pair'), gucang.kernel.constraints.SameCompany(field='member', name='accounts_token_member_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=gucang.kernel.constraints.SameCompany(field='head', name='accounts_department_head_here'),
        ),
    ]
