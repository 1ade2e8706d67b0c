"""What people see of this module, declared once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.activity import models, rules
from gucang.activity.actions import attachments, coaching, follow_ups, tasks
from gucang.kernel import permissions
from gucang.kernel.records import Calendar, Layout, RecordType, register

follow_up = register(
    RecordType(
        name="follow_up",
        model=models.FollowUp,
        plural="follow-ups",
        icon="message-circle",
        columns=("happened_at", "kind", "about_type", "text", "next_step", "next_on", "author"),
        filters=("kind", "outcome", "author", "happened_at", "next_on"),
        order="-happened_at",
        owner="author_id",
        form=Layout(
            (_("Follow-up"), "kind", "text", "outcome", "happened_at"),
            (_("Next step"), "next_step", "next_on"),
            (_("About"), "about_type", "about_id"),
            first=("about_type", "kind", "text", "next_on"),
        ),
        visible=rules.visible_follow_ups,
        visible_with_about=True,
        create=follow_ups.create,
        edit=follow_ups.edit,
        actions=(follow_ups.delete, follow_ups.restore),
        # The next step stands there as the task that it becomes.
        calendar=Calendar(title=("kind", "text"), at="happened_at", tone="mute"),
    )
)

task = register(
    RecordType(
        name="task",
        model=models.Task,
        plural="tasks",
        icon="checkbox",
        columns=("title", "about_type", "due_on", "assignee", "created_by", "done_at"),
        filters=("assignee", "created_by", "due_on", "done_at"),
        order="due_on",
        owner="assignee_id",
        form=Layout(
            (_("Task"), "title", "due_on", "due_at", "assignee", "note"),
            (_("About"), "about_type", "about_id"),
            first=("title", "due_on", "assignee"),
        ),
        visible=rules.visible_tasks,
        create=tasks.create,
        edit=tasks.edit,
        actions=(
            tasks.complete,
            tasks.postpone,
            tasks.assign,
            tasks.reopen,
            tasks.delete,
            tasks.restore,
        ),
        calendar=Calendar(title=("title",), on="due_on", at="due_at", move="edit", offered=True),
        search={"title": "A"},
    )
)

coaching_type = register(
    RecordType(
        name="coaching",
        model=models.Coaching,
        plural="coaching",
        icon="bulb",
        columns=("created_at", "about_type", "to", "text", "author"),
        filters=("to", "author", "created_at"),
        owner="author_id",
        form=Layout((_("Coaching"), "text", "to"), (_("About"), "about_type", "about_id"), first=("text", "to")),
        visible=rules.visible_coaching,
        visible_with_about=True,
        create=coaching.create,
        edit=coaching.edit,
        actions=(coaching.delete, coaching.restore),
    )
)

attachment = register(
    RecordType(
        name="attachment",
        model=models.Attachment,
        plural="attachments",
        icon="paperclip",
        columns=("name", "about_type", "kind", "content_type", "size", "author", "created_at"),
        filters=("author", "kind", "content_type", "created_at"),
        owner="author_id",
        form=Layout((_("File"), "name")),
        visible=rules.visible_attachments,
        visible_with_about=True,
        actions=(attachments.delete, attachments.restore),
        search={"name": "B"},
    )
)

# Rights without a button: a file comes by the composer, a next step by the follow-up of who writes it.
for verb in (attachments.create, tasks.plan, tasks.replan):
    permissions.declare(verb.name, verb.label)

permissions.declare(rules.SEE_CONTRACTS, _("See contracts"))

SEE_WHAT_IS_WRITTEN = dict.fromkeys(("follow_up.view", "coaching.view", "attachment.view"), "company")
WRITE = {
    "follow_up.create": "own", "follow_up.edit": "own", "follow_up.delete": "own", "follow_up.restore": "own",
    "attachment.create": "own", "attachment.delete": "own", "attachment.restore": "own",
}  # fmt: skip
TASKS = (
    "task.view", "task.create", "task.edit", "task.complete", "task.reopen", "task.postpone", "task.assign",
    "task.plan", "task.replan", "task.delete", "task.restore",
)  # fmt: skip
COACH = {"coaching.create": "own", "coaching.edit": "own", "coaching.delete": "own", "coaching.restore": "own"}

for key in ("salesperson", "service", "finance"):
    roles.grant(key, SEE_WHAT_IS_WRITTEN | WRITE | dict.fromkeys(TASKS, "own"))
roles.grant("sales_manager", SEE_WHAT_IS_WRITTEN | WRITE | dict.fromkeys(TASKS, "tree") | COACH)
roles.grant("sales_manager", {"attachment.delete": "tree", "attachment.restore": "tree"})
for key in ("salesperson", "sales_manager", "finance", "executive", "auditor"):
    roles.grant(key, {rules.SEE_CONTRACTS: "company"})
roles.grant("executive", WRITE | dict.fromkeys(TASKS, "company") | COACH)
roles.grant("auditor", dict.fromkeys(TASKS, "own") | {"task.view": "company"} | COACH)
