"""What this module puts into the frame: a place for imports, for those who may bring something in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.surface import columns, nav, panels

nav.add(_("Imports"), "file-import", "/imports/", "customer.import", order=80, seldom=True)
nav.setting(
    _("Imports"), "file-import", "/imports/", "customer.import", 60, about=_("Bring in files; take an import back")
)
panels.when_empty("import", _("Bring in customers or contacts from a file of Excel or WPS; how it went appears here."))
panels.when_empty("export", _("“Export this list” stands in the menu of every list; the files wait here."))
columns.names("export.record_type", records.plural_called)
columns.names("import.record_type", records.plural_called)
panels.add("import", "head", "exchange/_begin.html", lambda request, record_type, record: {})
