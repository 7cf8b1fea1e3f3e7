"""Every setting is documented, as it really is."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from playbook.settings import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+) \| (.*?) ?\|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, str, str]]:
    return {
        name: (default, text, secret)
        for name, default, text, secret in ROW.findall(DOCUMENT.read_text())
    }


def names() -> dict[str, str]:
    return {(field.alias or name).upper(): name for name, field in Settings.model_fields.items()}


def test_the_document_lists_exactly_the_settings() -> None:
    assert set(documented()) == set(names())


@pytest.mark.parametrize("name", sorted(names()))
def test_the_documented_default_is_the_real_one(name) -> None:
    real = Settings.model_fields[names()[name]].default
    if isinstance(real, SecretStr):
        real = real.get_secret_value()
    said = "*empty*" if real == "" else f"`{str(real).lower() if isinstance(real, bool) else real}`"
    assert documented()[name][0] == said


@pytest.mark.parametrize("name", sorted(names()))
def test_what_is_secret_is_marked_and_never_shown(name) -> None:
    secret = isinstance(Settings.model_fields[names()[name]].default, SecretStr)
    if secret:
        assert documented()[name][2] == "yes"
        shown = repr(Settings(**{names()[name]: "hush-hush-and-hush"}))
        assert "hush-hush" not in shown
    else:
        assert documented()[name][2] in {"", "yes, with a password in it"}


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    tmp_path, monkeypatch
) -> None:
    (tmp_path / "playbook.toml").write_text('city_name = "From the file"\nport = 8100\n')
    monkeypatch.setenv("PLAYBOOK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("PORT", "8200")
    settings = Settings()
    assert settings.city_name == "From the file"
    assert settings.port == 8200
    assert settings.host == "127.0.0.1"


def test_a_postgresql_address_is_read_as_our_driver(tmp_path) -> None:
    settings = Settings(playbook_instance=tmp_path, database_url="postgres://u@h/d")
    assert settings.database == "postgresql+psycopg://u@h/d"


def test_the_password_in_a_database_address_is_never_shown() -> None:
    assert "hush-hush" not in repr(Settings(database_url="postgresql://u:hush-hush@h/d"))


def test_a_number_of_proxies_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        Settings(trusted_proxies=-1)
