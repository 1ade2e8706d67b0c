from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """Argon2 takes its time on purpose; what is tested here is not the hash."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
