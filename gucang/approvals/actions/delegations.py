"""Who decides in whose place: given, changed and stopped by whose place it is."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.handing import refuse_who_left
from gucang.approvals import delegating, rules
from gucang.approvals.models import Delegation
from gucang.kernel import clock
from gucang.kernel.actions import action, creating, editing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, Invalid


def _begin(delegation: Delegation, actor: Actor) -> None:
    if actor.member_id is None:
        raise Forbidden(_t("Only a member gives away their own decisions."))
    delegation.owner_id = actor.member_id
    _check(delegation, actor)


def _check(delegation: Delegation, actor: Actor) -> None:
    if delegation.deputy_id == delegation.owner_id:
        raise Invalid({"deputy": [_t("Choose somebody else than yourself.")]})
    refuse_who_left(delegation.deputy, "deputy")
    if sentence := rules.why_not_dates(delegation.starts_on, delegation.ends_on):
        raise Invalid({"ends_on": [sentence]})
    if delegating.circle(delegation):
        raise Invalid(
            {"deputy": [_t("%(member)s has given it to you, or to somebody who has. Choose somebody else.")
                        % {"member": delegation.deputy}]}
        )  # fmt: skip


create = creating("delegation", prepare=_begin, label=_("New delegation"))
edit = editing("delegation", prepare=_check, allow=rules.is_the_principal, guard=rules.why_stopped)


@action("delegation.stop", label=_("Stop"), allow=rules.is_the_principal, guard=rules.why_stopped, icon="player-stop")
def stop(delegation: Delegation) -> None:
    """Decide oneself again from now on."""
    delegation.stopped_at = clock.now()
