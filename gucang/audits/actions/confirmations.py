"""Once a year each record's master data are looked at, and found right or put right."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import pgettext_lazy

from gucang.audits import campaign
from gucang.audits.models import Confirmation
from gucang.kernel import clock
from gucang.kernel.actions import creating
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid


def _looked(confirmation: Confirmation, actor: Actor) -> None:
    about = campaign.about(confirmation.about_type, confirmation.about_id, actor)
    if about is None:
        raise Invalid({"about_id": [_t("There is nothing here that you could confirm.")]})
    confirmation.set_about(about)
    confirmation.member_id, confirmation.confirmed_at = actor.member_id, clock.now()


create = creating("confirmation", prepare=_looked, label=pgettext_lazy("confirmation", "Right as it is"))
