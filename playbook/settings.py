"""Typed settings, read once.

The environment wins over `instance/playbook.toml`, which wins over the defaults. Secrets come only from these two.
Every setting is documented in `docs/settings.md`; a test compares the two.
"""

import unicodedata
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

#: What the networks carry of a sender that is a name.
SENDER_LENGTH = 11


class Settings(BaseSettings):
    """What one installation may set; field names are the environment's names in lower case."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    instance_path: Path = Field(default=Path("instance"), alias="playbook_instance")
    #: Empty means SQLite in the instance folder.
    database_url: str = Field(default="", repr=False)
    #: The address that people and providers reach; links and webhook signatures are built from it.
    public_url: str = "http://localhost:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    #: How many reverse proxies stand in front, each adding the address it saw to `X-Forwarded-For`.
    trusted_proxies: int = Field(default=0, ge=0)

    city_name: str = "Port Harmony"
    #: The region that a phone number without a country code is read in (ISO 3166, two letters).
    city_region: str = "GB"
    #: The part of the region whose public holidays the city keeps (ISO 3166-2 without the region: "ENG").
    city_subdivision: str = ""
    city_time_zone: str = "Europe/London"
    #: Where partners join, and the number that they can call back; both go into call-outs.
    join_point: str = "0800 555 000"
    call_back_number: str = "+44 20 7946 0000"
    help_number: str = "+44 20 7946 0100"

    #: What partners' phones show instead of a number. Carriers allow eleven letters, digits and spaces, one letter at
    #: least. Empty means: made from the city's name.
    sender_name: str = Field(
        default="", max_length=SENDER_LENGTH, pattern=r"^([A-Za-z0-9 ]*[A-Za-z][A-Za-z0-9 ]*)?$"
    )

    sms_provider: Literal["simulator", "twilio", "null"] = "simulator"
    email_provider: Literal["simulator", "smtp", "null"] = "simulator"
    #: Exercises reach the simulator only, whatever is configured, unless this is set.
    exercises_reach_real_phones: bool = False

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_secondary_auth_token: SecretStr = SecretStr("")
    twilio_from_number: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_base: str = "https://api.twilio.com"
    provider_timeout_seconds: float = 10.0

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    email_from: str = "crisis-cell@example.org"
    #: Empty means: as `sender` says.
    email_from_name: str = ""

    #: Where `playbook standby` keeps its copies; the home page says when one was last proven. Empty: none.
    standby_folder: str = ""

    #: Empty means: made at first start and kept in `instance/keys/`.
    secret_key: SecretStr = SecretStr("")
    encryption_keys: SecretStr = SecretStr("")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read in this order: explicit, environment, `playbook.toml` in the instance folder."""
        import os

        folder = Path(os.environ.get("PLAYBOOK_INSTANCE", "instance"))
        toml = TomlConfigSettingsSource(settings_cls, toml_file=folder / "playbook.toml")
        return init_settings, env_settings, toml

    @property
    def sender(self) -> str:
        """The sender's name: as set, else the city's name as far as carriers can show it."""
        plain = unicodedata.normalize("NFKD", self.city_name)
        letters = "".join(c for c in plain if c.isascii() and c.isalnum())[:SENDER_LENGTH]
        made = letters if any(c.isalpha() for c in letters) else "Crisis cell"
        return self.sender_name or made

    @property
    def database(self) -> str:
        """The SQLAlchemy URL; `postgresql://` is read as psycopg 3, our only PostgreSQL driver."""
        if not self.database_url:
            return f"sqlite:///{(self.instance_path / 'playbook.db').resolve()}"
        if self.database_url.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + self.database_url.split("://", 1)[1]
        return self.database_url
