import django.db.models.deletion
import django.db.models.manager
import gucang.activity.subjects
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
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('about_type', models.CharField(choices=gucang.activity.subjects.choices, max_length=40, verbose_name='about')),
                ('about_id', models.BigIntegerField(verbose_name='record')),
                ('kind', models.CharField(choices=[('call', 'call'), ('visit', 'visit'), ('message', 'message'), ('email', 'e-mail'), ('note', 'note')], default='note', max_length=10, verbose_name='kind')),
                ('text', models.TextField(verbose_name='text')),
                ('happened_at', models.DateTimeField(blank=True, null=True, verbose_name='when it was')),
                ('outcome', models.CharField(blank=True, choices=[('reached', 'reached'), ('no_answer', 'no answer'), ('voicemail', 'left a voice message'), ('declined', 'declined')], max_length=10, verbose_name='outcome')),
                ('next_step', models.CharField(blank=True, max_length=200, verbose_name='next step')),
                ('next_on', models.DateField(blank=True, null=True, verbose_name='next date')),
                ('author', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='accounts.member', verbose_name='written by')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'about_type', 'about_id', '-id'], name='follow_up_about'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['company', 'author', '-happened_at'], name='follow_up_by_author')],
                'constraints': [gucang.kernel.constraints.RowSecurity(name='activity_followup_company'), models.UniqueConstraint(fields=('company', 'id'), name='activity_followup_pair'), gucang.kernel.constraints.SameCompany(field='author', name='activity_followup_author_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('about_type', models.CharField(blank=True, choices=gucang.activity.subjects.choices, max_length=40, verbose_name='about')),
                ('about_id', models.BigIntegerField(blank=True, null=True, verbose_name='record')),
                ('title', models.CharField(max_length=200, verbose_name='task')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='due on')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due at')),
                ('done_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='done')),
                ('escalated_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='manager told')),
                ('assignee', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='accounts.member', verbose_name='assignee')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('created_by', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='given by')),
                ('follow_up', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tasks', to='activity.followup', verbose_name='follow-up')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'about_type', 'about_id', '-id'], name='task_about'), models.Index(condition=models.Q(('deleted_at', None), ('done_at', None)), fields=['company', 'assignee', 'due_on'], name='task_open_of'), models.Index(condition=models.Q(('deleted_at', None), ('done_at', None)), fields=['company', 'due_on'], name='task_open')],
                'constraints': [gucang.kernel.constraints.RowSecurity(name='activity_task_company'), models.UniqueConstraint(fields=('company', 'id'), name='activity_task_pair'), gucang.kernel.constraints.SameCompany(field='assignee', name='activity_task_assignee_here'), gucang.kernel.constraints.SameCompany(field='created_by', name='activity_task_created_by_here'), gucang.kernel.constraints.SameCompany(field='follow_up', name='activity_task_follow_up_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('about_type', models.CharField(choices=gucang.activity.subjects.choices_to_attach, max_length=40, verbose_name='about')),
                ('about_id', models.BigIntegerField(verbose_name='record')),
                ('name', models.CharField(max_length=120, verbose_name='file name')),
                ('file', models.CharField(editable=False, max_length=32)),
                ('content_type', models.CharField(editable=False, max_length=80, verbose_name='file type')),
                ('size', models.BigIntegerField(editable=False, verbose_name='file size')),
                ('sha256', models.CharField(editable=False, max_length=64)),
                ('width', models.PositiveIntegerField(editable=False, null=True)),
                ('height', models.PositiveIntegerField(editable=False, null=True)),
                ('author', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='added by')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'about_type', 'about_id', '-id'], name='attachment_about')],
                'constraints': [models.UniqueConstraint(fields=('company', 'file'), name='one_attachment_a_file', violation_error_message='This file is attached already. Upload it once more.'), gucang.kernel.constraints.RowSecurity(name='activity_attachment_company'), models.UniqueConstraint(fields=('company', 'id'), name='activity_attachment_pair'), gucang.kernel.constraints.SameCompany(field='author', name='activity_attachment_author_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Coaching',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('extra', models.JSONField(blank=True, default=dict, editable=False, verbose_name='custom fields')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('about_type', models.CharField(choices=gucang.activity.subjects.choices_to_coach, max_length=40, verbose_name='about')),
                ('about_id', models.BigIntegerField(verbose_name='record')),
                ('text', models.TextField(verbose_name='advice')),
                ('author', gucang.kernel.models.fields.Reference(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coachings', to='accounts.member', verbose_name='written by')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('to', gucang.kernel.models.fields.Reference(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.member', verbose_name='advice for')),
            ],
            options={
                'verbose_name': 'coaching',
                'verbose_name_plural': 'coaching',
                'abstract': False,
                'base_manager_name': 'with_bin',
                'indexes': [models.Index(fields=['company', 'about_type', 'about_id', '-id'], name='coaching_about')],
                'constraints': [gucang.kernel.constraints.RowSecurity(name='activity_coaching_company'), models.UniqueConstraint(fields=('company', 'id'), name='activity_coaching_pair'), gucang.kernel.constraints.SameCompany(field='to', name='activity_coaching_to_here'), gucang.kernel.constraints.SameCompany(field='author', name='activity_coaching_author_here')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_bin', django.db.models.manager.Manager()),
            ],
        ),
    ]
