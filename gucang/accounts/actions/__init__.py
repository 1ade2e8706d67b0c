"""What may be done with people, departments, roles, tokens and the company itself."""

from gucang.accounts.actions import companies, departments, members, roles, tokens
from gucang.accounts.actions.roles import ensure_roles

__all__ = ["companies", "departments", "ensure_roles", "members", "roles", "tokens"]
