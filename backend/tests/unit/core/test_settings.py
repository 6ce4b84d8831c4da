"""Settings: what is accepted, what production refuses, and that the refusal names the variable."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.config import Settings

REAL = {
    "APP_ENV": "production",
    "APP_SECRET_KEY": "a" * 43,
    "JWT_SECRET_KEY": "b" * 43,
    "DATABASE_URL": "postgresql://flowrex:3f9c1d@db:5432/flowrex",
    "CREDS_DATABASE_URL": "postgresql://flowrex:8a7b2e@creds:5432/flowrex_creds",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


def test_the_defaults_are_the_published_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert (settings.app_env, settings.debug, settings.flowrex_bind) == ("development", False, "127.0.0.1")
    assert (settings.jwt_algorithm, settings.access_token_expire_minutes) == ("HS256", 30)
    assert settings.refresh_token_expire_days == 7
    assert settings.cors_origins == ("http://localhost:3000",)
    assert settings.next_public_api_base == "/api/v1"
    assert settings.rate_limit_registration == "20/hour"
    assert settings.rate_limit_login_account == "10/minute"
    assert settings.rate_limit_login_address == "30/minute"
    assert (settings.registration_mode, settings.demo_enabled, settings.limit_multiplier) == (
        "open",
        True,
        100,
    )
    assert settings.secure_cookies is False


def test_production_is_stricter(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **REAL, DEMO="true")
    assert (settings.registration_mode, settings.demo_enabled, settings.limit_multiplier) == (
        "invite",
        False,
        1,
    )
    assert settings.secure_cookies is True


def test_empty_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, JWT_SECRET_KEY="", REGISTRATION="", TWELVEDATA_API_KEY="")
    assert settings.jwt_secret_key is None
    assert settings.registration is None


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@h:1/d",
        "postgresql://u:p@h:1/d",
        "postgresql+asyncpg://u:p@h:1/d",
    ],
)
def test_plain_database_urls_are_made_async(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    settings = read(monkeypatch, DATABASE_URL=url, CREDS_DATABASE_URL=url)
    assert settings.database_url == settings.creds_database_url == "postgresql+asyncpg://u:p@h:1/d"
    assert settings.database_dsn == settings.creds_database_dsn == "postgresql://u:p@h:1/d"


@pytest.mark.parametrize("name", ["DATABASE_URL", "CREDS_DATABASE_URL"])
@pytest.mark.parametrize("url", ["mysql://u:p@h/d", "flowrex", "sqlite:///x.db"])
def test_other_databases_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){name}"):
        read(monkeypatch, **{name: url})


@pytest.mark.parametrize("name", ["APP_SECRET_KEY", "JWT_SECRET_KEY"])
@pytest.mark.parametrize("value", ["", "secret", "change-me-" + "x" * 40, "CHANGEME" + "x" * 40, "x" * 31])
def test_production_refuses_weak_secrets_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ValidationError, match=name) as refused:
        read(monkeypatch, **REAL | {name: value})
    if len(value) > 10:
        assert value[:12] not in str(refused.value)
    read(monkeypatch, **{"APP_ENV": "development", name: value})


@pytest.mark.parametrize("name", ["DATABASE_URL", "CREDS_DATABASE_URL"])
@pytest.mark.parametrize("password", ["", ":flowrex", ":postgres", ":password", ":"])
def test_production_refuses_default_database_passwords(
    monkeypatch: pytest.MonkeyPatch, name: str, password: str
) -> None:
    with pytest.raises(ValidationError, match=name):
        read(monkeypatch, **REAL | {name: f"postgresql://flowrex{password}@db:5432/flowrex"})


def test_no_refusal_repeats_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "3f9c1d"
    with pytest.raises(ValidationError) as refused:
        read(monkeypatch, **REAL | {"DATABASE_URL": f"mysql://flowrex:{secret}@db/flowrex"})
    assert secret not in str(refused.value)


def test_production_refuses_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="DEBUG"):
        read(monkeypatch, **REAL, DEBUG="true")


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.168.1.5"])  # noqa: S104 - what is refused
def test_a_door_to_others_wants_production(monkeypatch: pytest.MonkeyPatch, bind: str) -> None:
    with pytest.raises(ValidationError, match="FLOWREX_BIND"):
        read(monkeypatch, FLOWREX_BIND=bind)
    assert read(monkeypatch, **REAL, FLOWREX_BIND=bind).flowrex_bind == bind


def test_origins_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, CORS_ORIGINS="http://a.example, https://b.example ,")
    assert settings.cors_origins == ("http://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ENV", "staging"),
        ("JWT_ALGORITHM", "none"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "0"),
        ("REFRESH_TOKEN_EXPIRE_DAYS", "forever"),
        ("REGISTRATION", "maybe"),
        ("RATE_LIMIT_LOGIN_ACCOUNT", "often"),
    ],
)
def test_nonsense_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){name}"):
        read(monkeypatch, **{name: value})


def test_no_secret_is_printed_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **REAL, TWELVEDATA_API_KEY="td-0123456789")
    for text in (repr(settings), str(settings)):
        for secret in ("a" * 43, "b" * 43, "td-0123456789", "3f9c1d", "8a7b2e"):
            assert secret not in text


PROVIDER_URLS = ("TWELVEDATA_BASE_URL", "TWELVEDATA_STREAM_URL", "CRYPTO_BASE_URL")


@pytest.mark.parametrize("name", PROVIDER_URLS)
@pytest.mark.parametrize("url", ["ftp://provider.example", "provider.example", "https://", "wss:///v1"])
def test_a_provider_is_at_a_url(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    with pytest.raises(ValidationError, match=name):
        read(monkeypatch, **{name: url})


@pytest.mark.parametrize("name", PROVIDER_URLS)
def test_in_production_no_key_travels_in_the_clear(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    scheme = "ws" if "STREAM" in name else "http"
    with pytest.raises(ValidationError, match=name):
        read(monkeypatch, **REAL, **{name: f"{scheme}://provider.example/v1"})
    for url in (f"{scheme}s://provider.example/v1", f"{scheme}://127.0.0.1:9", f"{scheme}://[::1]:9"):
        assert getattr(read(monkeypatch, **REAL, **{name: url}), name.lower()) == url
    assert read(monkeypatch, APP_ENV="test", **{name: f"{scheme}://provider.example/v1"})
