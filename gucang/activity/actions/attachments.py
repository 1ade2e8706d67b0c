"""Verbs of the attachment. The file itself comes first, through `files.receive`; here it gets its row."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.activity import entries, files, subjects
from gucang.activity.models import Attachment, AttachmentKind
from gucang.activity.policy import MB, policy
from gucang.activity.rules import SEE_CONTRACTS
from gucang.kernel.actions import action, deleting, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text


@action(
    "attachment.create",
    label=_("Attach a file"),
    creates=True,
    icon="paperclip",
    labels={
        "about_type": _("about"),
        "about_id": _("record"),
        "file": _("uploaded file"),
        "name": _("file name"),
        "kind": pgettext_lazy("file", "kind"),
    },
)
def create(
    attachment: Attachment,
    *,
    actor: Actor,
    about_type: str,
    about_id: int,
    file: Annotated[str, Text(max_length=32)],
    name: str,
    kind: AttachmentKind | None = None,
) -> dict[str, Any]:
    """Attach an uploaded file, by the name that the upload was given, to a record. What it is is read off the file."""
    attachment.about_type, attachment.about_id = about_type, about_id
    entries.set_subject(attachment, actor, subjects.ATTACHED)
    attachment.kind = _checked(kind, about_type, actor)
    attachment.name = files.clean_name(name)
    facts = files.inspect(file, attachment.name)
    _check_space(facts.size)
    attachment.file, attachment.author_id = file, actor.member_id
    attachment.content_type, attachment.size, attachment.sha256 = facts.content_type, facts.size, facts.sha256
    attachment.width, attachment.height = facts.width, facts.height
    return {}


def _checked(kind: AttachmentKind | None, about_type: str, actor: Actor) -> str:
    if kind is None:
        return ""
    if not subjects.may_have_contracts(about_type):
        raise Invalid({"kind": [_t("A contract hangs on a sales order. Attach this as a plain file.")]})
    if not actor.may(SEE_CONTRACTS):
        raise Invalid({"kind": [_t("Your role does not see contracts, so it adds none.")]})
    return str(kind)


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
