"""How the application under test is configured."""

from typing import Any

from cryptography.fernet import Fernet

#: The encryption key of this run.
KEY = Fernet.generate_key().decode()
#: Flask's own configuration.
FOR_TESTS: dict[str, Any] = {
    "TESTING": True,
    "WTF_CSRF_ENABLED": False,
    "RATELIMIT_ENABLED": False,
    # Passwords are hashed quickly here; how they are hashed in earnest has a test of its own.
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {"argon2__rounds": 1, "argon2__memory_cost": 1024},
}
