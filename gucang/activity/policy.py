"""What a company decides about follow-ups, tasks and files: `company.settings["activity"]`, with these defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import time
from typing import Any

from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id, remembered

MB = 1024 * 1024


@dataclass(frozen=True)
class Policy:
    """`remind_at` is the company's local time; days count from the due date; 0 days switches a step off."""

    remind_at: str = "08:30"
    remind_again_days: int = 3
    tell_manager_days: int = 5
    edit_days: int = 7
    file_mb: int = 20
    quota_mb: int = 10_240

    @property
    def remind_time(self) -> time:
        return time.fromisoformat(self.remind_at)


def policy() -> Policy:
    """The active company's policy, read once per request; values of a wrong type are ignored."""
    found: Policy = remembered("activity policy", _read)
    return found


def _read() -> Policy:
    return policy_in(Company.objects.values_list("settings", flat=True).get(pk=active_company_id()))


def policy_in(settings: Any) -> Policy:
    """The policy that a company's settings hold, where they are at hand."""
    stored = settings.get("activity", {}) if isinstance(settings, dict) else {}
    known: dict[str, Any] = {field.name: type(field.default) for field in fields(Policy)}
    fitting: dict[str, Any] = {name: value for name, value in stored.items() if type(value) is known.get(name)}
    return Policy(**fitting)
