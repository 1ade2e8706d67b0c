"""Payment terms and dunning steps."""

from __future__ import annotations

from gucang.kernel.actions import creating, deleting, editing, restoring

create_terms = creating("payment_terms")
edit_terms = editing("payment_terms")
delete_terms = deleting("payment_terms")
restore_terms = restoring("payment_terms")

create_step = creating("dunning_step")
edit_step = editing("dunning_step")
delete_step = deleting("dunning_step")
restore_step = restoring("dunning_step")
