"""Ways in, for the tests of pages."""

from __future__ import annotations

from django.test import Client

from gucang.accounts.models import SecurityEvent
from tests.personas import PASSWORD


def sign_in(client: Client, email: str, password: str = PASSWORD, address: str = "10.0.0.1", **more):
    sent = {"login": email, "password": password, **more}
    return client.post("/accounts/login/", sent, REMOTE_ADDR=address)


def kinds() -> list[str]:
    return list(SecurityEvent.objects.order_by("id").values_list("kind", flat=True))
