"""The kinds of notifications that approvals send."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.messages import kinds

WAITS = kinds.declare("approval_waits", _("Something waits for my decision"), icon="rubber-stamp")
DECIDED = kinds.declare("approval_decided", _("What I asked for is decided"), icon="check")
COPIED = kinds.declare("approval_copied", _("An approval that I get a copy of"), icon="copy", mail=False)
