"""Imports and exports, what an import said of single rows, and which record each row became."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.models import CompanyModel, Record, Reference


class State(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    CHECKED = "checked", _("checked")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("stopped")
    FAILED = "failed", _("failed")
    TAKING_BACK = "taking_back", _("being taken back")
    TAKEN_BACK = "taken_back", _("taken back")


class IfDuplicate(models.TextChoices):
    """What happens to a row that is exactly like a record that is there, or like an earlier row."""

    ADD = "add", _("bring them in all the same")
    SKIP = "skip", _("leave them out")


class Import(Record):
    """One file on its way in. `tables` says what was read from it; the rows stay on disk until a week after the end.

    `mapping` is {column: field}. A ready map (`map`) knows by itself what its files mean. `match` names the field that
    finds a record again: "" compares whole rows, so that the same file twice changes nothing. `duplicates` counts new
    rows that are exactly like a record or an earlier row (see `panels.Duplicates`); `if_duplicate` says what becomes of
    them.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    name = models.CharField(_("file"), max_length=120, editable=False)
    file = models.CharField(max_length=32, editable=False)
    record_type = models.CharField(_("what"), max_length=40, blank=True, editable=False)
    map = models.CharField(_("ready map"), max_length=40, blank=True, editable=False)
    tables = models.JSONField(default=list, editable=False)
    mapping = models.JSONField(default=dict, editable=False)
    match = models.CharField(max_length=60, blank=True, editable=False)
    into_pool = models.BooleanField(_("into the pool"), default=False, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.UPLOADED, editable=False)
    reason = models.CharField(_("why it ended"), max_length=300, blank=True, editable=False)
    rows = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    created = models.PositiveIntegerField(pgettext_lazy("import", "added"), default=0, editable=False)
    updated = models.PositiveIntegerField(_("updated"), default=0, editable=False)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    repaired = models.PositiveIntegerField(_("repaired"), default=0, editable=False)
    waiting = models.PositiveIntegerField(pgettext_lazy("import", "waiting for approval"), default=0, editable=False)
    refused = models.PositiveIntegerField(pgettext_lazy("import", "refused"), default=0, editable=False)
    duplicates = models.PositiveIntegerField(_("duplicates"), default=0, editable=False)
    if_duplicate = models.CharField(
        _("exact duplicates"), max_length=4, choices=IfDuplicate, default=IfDuplicate.ADD, editable=False
    )
    by_table = models.JSONField(default=dict, editable=False)
    owner = Reference("accounts.Member", verbose_name=_("by"), null=True, editable=False, related_name="+")
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_import_number"),
            models.UniqueConstraint(fields=["company", "file"], name="one_import_of_a_file"),
        ]
        indexes = [models.Index(fields=["company", "owner", "-id"], name="import_by_owner")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state not in (State.RUNNING, State.TAKING_BACK)


class Progress(CompanyModel):
    """How far an import has come: which step, the byte position in its table, the counts so far.

    Written in the transaction of each batch, so a killed job goes on exactly where its last batch ended. It only counts
    what the log tells, hence `derived`; the import itself gets the totals when it ends.
    """

    derived = True

    import_record = Reference(Import, models.CASCADE, related_name="progress")
    step = models.PositiveSmallIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    by_table = models.JSONField(default=dict)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "import_record"], name="one_progress")]

    def add(self, table: str, counts: Mapping[str, int]) -> None:
        """Count what came of some rows of a table."""
        own = self.by_table.setdefault(table, dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            own[name] = own.get(name, 0) + counts.get(name, 0)
            setattr(self, name, getattr(self, name) + counts.get(name, 0))

    def totals(self) -> dict[str, Any]:
        """The counts by name, and by table."""
        return {name: getattr(self, name) for name in COUNTS} | {"by_table": self.by_table}


COUNTS = ("rows", "created", "updated", "waiting", "unchanged", "duplicates", "repaired", "refused")


class Kind(models.TextChoices):
    REFUSED = "refused", pgettext_lazy("import", "refused")
    REPAIRED = "repaired", _("repaired")
    DUPLICATE = "duplicate", _("exact duplicate")
    WAITING = "waiting", pgettext_lazy("import", "waiting for approval")


class ImportLine(CompanyModel):
    """What is to be said of one row: why it was refused, which value was repaired into which, or what it is like.

    Of an exact duplicate `field` says in what, `old` names the record, `new` is its address below the company's for
    whoever may see it, and `sentence` tells whose it is, or which earlier line of the file it is like. Of one that
    waits for approval `new` is the address of the request.
    """

    derived = True

    import_record = Reference(Import, models.CASCADE, related_name="lines")
    table = models.CharField(max_length=120)
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    field = models.CharField(max_length=120, blank=True)
    sentence = models.CharField(max_length=500, blank=True)
    old = models.CharField(max_length=200, blank=True)
    new = models.CharField(max_length=200, blank=True)
    raw = models.JSONField(default=list)

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["company", "import_record", "kind", "id"], name="import_lines")]


class Origin(CompanyModel):
    """Which record a row of a file became: how a second import finds it again, and a take-back what to take.

    `source` is the ready map or the record type, `key` the row's number in the old system or a digest of the row.
    `digest` is what the row said last, `made` whether the import created the record or found it.
    """

    derived = True

    import_record = Reference(Import, models.CASCADE, related_name="origins")
    record_type = models.CharField(max_length=40)
    source = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    object_id = models.BigIntegerField()
    digest = models.CharField(max_length=40)
    made = models.BooleanField(default=True)

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["company", "record_type", "source", "key"], name="one_origin"),
        ]
        indexes = [models.Index(fields=["company", "import_record", "id"], name="origins_of_an_import")]


class Export(Record):
    """One list that left the company as a file: who, which records, which columns, how many.

    `picked` are the ids of single rows; empty for the whole list.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    record_type = models.CharField(_("what"), max_length=40, editable=False)
    query = models.CharField(_("filter"), max_length=4000, blank=True, editable=False)
    picked = models.JSONField(default=list, editable=False)
    columns = models.JSONField(default=list, editable=False)
    rows = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    file = models.CharField(max_length=32, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING, editable=False)
    owner = Reference("accounts.Member", verbose_name=_("by"), null=True, editable=False, related_name="+")
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="one_export_number")]
        indexes = [models.Index(fields=["company", "owner", "-id"], name="export_by_owner")]

    def __str__(self) -> str:
        return self.number


def label_of(record: Any) -> Any:
    """The plural of the record type that an import or export is about."""
    from gucang.kernel import records

    try:
        return records.get(record.record_type).label_plural
    except LookupError:
        return record.record_type
