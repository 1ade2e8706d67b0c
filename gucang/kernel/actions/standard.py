"""Create, edit, delete, restore and share: the verbs that every record type has, built from its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, events, records
from gucang.kernel.actions.core import Action
from gucang.kernel.actions.values import assign
from gucang.kernel.actors import Actor
from gucang.kernel.models import Collaborator, CustomField, FieldValue
from gucang.kernel.scope import writing

Prepare = Callable[[Any, Actor], Any]
OwnerOf = Callable[[Actor], "int | None"]


def the_maker(actor: Actor) -> int | None:
    """Whoever makes it, as `creating` asks for an owner."""
    return actor.member_id


def creating(record: str, prepare: Prepare | None = None, *, owner: OwnerOf | None = None, **options: Any) -> Action:
    """The action "<record>.create": values of the form become a new record.

    `prepare(record, actor)` may fill what the form leaves open (a first stage) and return facts. `owner(actor)` is the
    id of the member who owns what this actor makes, unless the values name an owner, or with None that there is none.
    """

    def create(instance: Any, *, values: dict[str, Any], actor: Actor) -> Any:
        """Create the record from its form."""
        assign(instance, values)
        if owner is not None and "owner" not in values:
            instance.owner_id = owner(actor)
        return prepare(instance, actor) if prepare else None

    options.setdefault("label", _("New"))
    return Action(f"{record}.create", create, creates=True, on_values=True, icon="plus", **options)


def editing(record: str, prepare: Prepare | None = None, **options: Any) -> Action:
    """The action "<record>.edit": values of the form replace those of the record."""

    def edit(instance: Any, *, values: dict[str, Any], actor: Actor) -> Any:
        """Change the record by its form."""
        assign(instance, values)
        return prepare(instance, actor) if prepare else None

    options.setdefault("label", _("Edit"))
    return Action(f"{record}.edit", edit, on_values=True, icon="pencil", **options)


def deleting(record: str, **options: Any) -> Action:
    """The action "<record>.delete": into the bin, from where it can be restored for 30 days."""

    def delete(instance: Any, *, actor: Actor) -> None:
        """Move the record to the bin."""
        instance.deleted_at = clock.now()

    options.setdefault("label", _("Delete"))
    options.setdefault("says", _("“%(record)s” goes to the bin and can be taken back for 30 days."))
    return Action(f"{record}.delete", delete, icon="trash", tone="danger", hands_over=True, **options)


def restoring(record: str, **options: Any) -> Action:
    """The action "<record>.restore": out of the bin, as it was."""

    def restore(instance: Any, *, actor: Actor) -> None:
        """Take the record out of the bin."""
        instance.deleted_at = None

    options.setdefault("label", _("Restore"))
    return Action(f"{record}.restore", restore, icon="arrow-back-up", binned=True, **options)


def erasing(record: str, **options: Any) -> Action:
    """The action "<record>.erase": a person's data leave the record and its events, and stay away.

    The model names them in `personal_fields`, and the company marks those among its own fields; a retired one holds
    values too. The event that this leaves holds no values either.
    """

    def erase(instance: Any, *, actor: Actor) -> dict[str, Any]:
        """Erase the personal data for good."""
        for name in instance.personal_fields:
            field = instance._meta.get_field(name)
            empty = None if field.null else field.get_default() if field.has_default() else ""
            setattr(instance, name, str(_("erased")) if name == "name" else empty)
        own = list(CustomField.objects.filter(record_type=record, personal=True).values_list("pk", "key"))
        keys = {key for _pk, key in own}
        instance.extra = {key: value for key, value in instance.extra.items() if key not in keys}
        with writing("kernel"):
            FieldValue.objects.filter(field_id__in=[pk for pk, _key in own], object_id=instance.pk).delete()
        names = [*instance.personal_fields, *(f"extra.{key}" for key in sorted(keys))]
        events.redact(records.get(record), instance, names)
        return {"fields": names}

    options.setdefault("label", _("Erase personal data"))
    options.setdefault(
        "says",
        _(
            "The name, numbers and addresses of “%(record)s” are erased here and from the timeline. Nobody can bring"
            " them back."
        ),
    )
    return Action(f"{record}.erase", erase, icon="eraser", tone="danger", redacts=True, **options)


def sharing(record: str, member: type[Any], **options: Any) -> tuple[Action, Action]:
    """The actions "<record>.share" and "<record>.unshare": add and remove a collaborator (a `member` model)."""

    def share(instance: Any, *, member: Any, actor: Actor) -> dict[str, Any]:
        """Let a colleague work on the record with its owner."""
        Collaborator.objects.get_or_create(record_type=record, object_id=instance.pk, member_id=member.pk)
        return {"member": member.pk, "member_name": str(member)}

    def unshare(instance: Any, *, member: Any, actor: Actor) -> dict[str, Any]:
        """End a colleague's work on the record."""
        Collaborator.objects.filter(record_type=record, object_id=instance.pk, member_id=member.pk).delete()
        return {"member": member.pk, "member_name": str(member)}

    for body in (share, unshare):
        body.__annotations__["member"] = member
    labels = {"member": _("Colleague")}
    return (
        Action(
            f"{record}.share",
            share,
            label=_("Share"),
            icon="users-plus",
            always=True,
            labels=labels,
            **options,
        ),
        Action(
            f"{record}.unshare",
            unshare,
            label=_("Stop sharing"),
            icon="user-minus",
            always=True,
            labels=labels,
            **options,
        ),
    )


__all__ = ["creating", "deleting", "editing", "erasing", "restoring", "sharing", "the_maker"]
