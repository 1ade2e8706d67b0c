"""Verbs of the attachment. The file itself comes first, through `files.receive`; here it gets its row."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.activity import entries, files, subjects
from gucang.activity.models import Attachment
from gucang.activity.policy import MB, policy
from gucang.kernel.actions import action, deleting, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Refused
from gucang.kernel.fields import Text


@action(
    "attachment.create",
    label=_("Attach a file"),
    creates=True,
    icon="paperclip",
    labels={"about_type": _("about"), "about_id": _("record"), "file": _("uploaded file"), "name": _("file name")},
)
def create(
    attachment: Attachment,
    *,
    actor: Actor,
    about_type: str,
    about_id: int,
    file: Annotated[str, Text(max_length=32)],
    name: str,
) -> dict[str, Any]:
    """Attach an uploaded file, by the name that the upload was given, to a record. What it is is read off the file."""
    attachment.about_type, attachment.about_id = about_type, about_id
    entries.set_subject(attachment, actor, subjects.ATTACHED)
    attachment.name = files.clean_name(name)
    facts = files.inspect(file, attachment.name)
    _check_space(facts.size)
    attachment.file, attachment.author_id = file, actor.member_id
    attachment.content_type, attachment.size, attachment.sha256 = facts.content_type, facts.size, facts.sha256
    attachment.width, attachment.height = facts.width, facts.height
    return {}


def _check_space(size: int) -> None:
    quota = policy().quota_mb
    used = Attachment.with_bin.aggregate(total=Sum("size"))["total"] or 0
    if used + size > quota * MB:
        raise Refused(
            _t("The company's files fill their %(quota)s MB. Delete old ones, or ask an administrator for more room.")
            % {"quota": quota},
            field="files",
        )


delete = deleting("attachment")
restore = restoring("attachment")
