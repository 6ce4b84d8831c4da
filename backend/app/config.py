"""Settings: read from the environment (and a `.env` beside the process), validated once, used everywhere."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIN_SECRET_BYTES = 32
# What ships in .env.example and in docker-compose.yml: fit for a laptop, refused in production.
_DEFAULT_SECRETS = frozenset({"", "flowrex", "change-me", "changeme", "secret", "password", "postgres"})
_OWN_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_PROVIDER_URLS = {
    "twelvedata_base_url": "https",
    "twelvedata_stream_url": "wss",
    "crypto_base_url": "https",
}
_DEFAULT_MAIN_URL = "postgresql://flowrex:flowrex@localhost:5432/flowrex"
_DEFAULT_CREDENTIALS_URL = "postgresql://flowrex:flowrex@localhost:5433/flowrex_creds"

RateLimit = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}/(second|minute|hour|day)$")]


class Settings(BaseSettings):
    """Everything an installation can set. Field names are the variables' names in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # a refused value can be a password
    )

    app_env: Literal["development", "test", "production"] = "development"
    debug: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    flowrex_bind: str = "127.0.0.1"

    database_url: str = Field(_DEFAULT_MAIN_URL, repr=False)
    creds_database_url: str = Field(_DEFAULT_CREDENTIALS_URL, repr=False)
    redis_url: str = Field("redis://localhost:6379/0", repr=False)
    database_wait_seconds: float = Field(60.0, ge=0, le=3600)

    app_secret_key: SecretStr | None = None
    jwt_secret_key: SecretStr | None = None
    jwt_algorithm: Literal["HS256"] = "HS256"
    access_token_expire_minutes: int = Field(30, ge=1, le=24 * 60)
    refresh_token_expire_days: int = Field(7, ge=1, le=365)
    cookie_secure: bool | None = None

    registration: Literal["open", "invite", "closed"] | None = None
    demo: bool | None = None
    demo_password: SecretStr | None = None
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ("http://localhost:3000",)
    next_public_api_base: str = "/api/v1"

    rate_limit_registration: RateLimit = "20/hour"
    rate_limit_login_account: RateLimit = "10/minute"
    rate_limit_login_address: RateLimit = "30/minute"
    rate_limit_refresh: RateLimit = "60/minute"
    rate_limit_shared: RateLimit = "60/minute"
    rate_limit_multiplier: int | None = Field(None, ge=1, le=10_000)

    max_upload_bytes: int = Field(200 * 1024 * 1024, ge=1024)
    max_body_bytes: int = Field(1024 * 1024, ge=1024)
    worker_concurrency: int = Field(2, ge=1, le=64)

    twelvedata_api_key: SecretStr | None = None
    twelvedata_base_url: str = "https://api.twelvedata.com"
    twelvedata_stream_url: str = "wss://ws.twelvedata.com/v1/quotes/price"
    twelvedata_credits_per_minute: int = Field(8, ge=1, le=100_000)
    twelvedata_credits_per_day: int = Field(800, ge=1, le=100_000_000)
    twelvedata_stream: bool = False
    twelvedata_shared: bool | None = None
    crypto_exchanges: Annotated[tuple[str, ...], NoDecode] = ("kraken",)
    crypto_base_url: str | None = None
    simulated_feed: bool = True
    simulated_seed: int = Field(1, ge=0, le=2**31)
    simulated_speed: float = Field(1.0, gt=0, le=10_000)
    live_connections: int = Field(5_000, ge=1, le=100_000)
    live_connections_per_user: int = Field(50, ge=1, le=100_000)
    live_channels_per_connection: int = Field(500, ge=1, le=10_000)
    alert_private_webhooks: bool = False

    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    sendgrid_api_key: SecretStr | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    stripe_secret_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None

    @field_validator("cors_origins", "crypto_exchanges", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            # An empty variable counts as unset: `none` says that there shall be none.
            return tuple(item.strip() for item in value.split(",") if item.strip() not in {"", "none"})
        return value

    @field_validator("database_url", "creds_database_url")
    @classmethod
    def _make_async(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
            raise ValueError("must be a postgresql:// URL")
        return f"postgresql+asyncpg://{rest}"

    @model_validator(mode="after")
    def _refuse_odd_providers(self) -> Self:
        for name, scheme in _PROVIDER_URLS.items():
            url: str | None = getattr(self, name)
            if url is None:
                continue
            parts = urlsplit(url)
            plain = scheme.removesuffix("s")
            if parts.scheme not in {scheme, plain} or not parts.hostname:
                raise ValueError(f"{name.upper()} must be a {scheme}:// URL")
            if parts.scheme == plain and self.is_production and parts.hostname not in _OWN_HOSTS:
                raise ValueError(f"{name.upper()} must be {scheme}://: a key must not travel in the clear")
        return self

    @model_validator(mode="after")
    def _refuse_weak_production(self) -> Self:
        if not self.is_production:
            return self
        if self.debug:
            raise ValueError("DEBUG must be off when APP_ENV=production")
        if "*" in self.cors_origins:
            raise ValueError("CORS_ORIGINS must name the origins when APP_ENV=production")
        for name in ("app_secret_key", "jwt_secret_key"):
            _refuse_weak_secret(name.upper(), getattr(self, name))
        for name in ("database_url", "creds_database_url"):
            password = urlsplit(getattr(self, name)).password or ""
            if password.lower() in _DEFAULT_SECRETS:
                raise ValueError(f"{name.upper()} has no password or a default one: set a real one")
        return self

    @model_validator(mode="after")
    def _bind_only_in_production(self) -> Self:
        if self.flowrex_bind not in _OWN_HOSTS and not self.is_production:
            raise ValueError("FLOWREX_BIND beyond this machine wants APP_ENV=production")
        return self

    @property
    def is_production(self) -> bool:
        """True when every default that is only fit for a laptop must be refused."""
        return self.app_env == "production"

    @property
    def registration_mode(self) -> Literal["open", "invite", "closed"]:
        """REGISTRATION, else open outside production and invite-only in it."""
        return self.registration or ("invite" if self.is_production else "open")

    @property
    def demo_enabled(self) -> bool:
        """The demo account and its one-click sign-in: never in production."""
        return not self.is_production and self.demo is not False

    @property
    def shares_twelvedata(self) -> bool:
        """Whether what the Twelve Data key brings may be shown to others than admins, whose key it is."""
        return not self.is_production if self.twelvedata_shared is None else self.twelvedata_shared

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies carry the Secure attribute: in production, unless set otherwise."""
        return self.is_production if self.cookie_secure is None else self.cookie_secure

    @property
    def limit_multiplier(self) -> int:
        """Published rate limits are multiplied by this: 1 in production, 100 elsewhere."""
        return self.rate_limit_multiplier or (1 if self.is_production else 100)

    @property
    def database_dsn(self) -> str:
        """The main database's URL without a driver's name, for asyncpg, psycopg and libpq."""
        return self.database_url.replace("+asyncpg", "", 1)

    @property
    def creds_database_dsn(self) -> str:
        """The credentials database's URL without a driver's name."""
        return self.creds_database_url.replace("+asyncpg", "", 1)


def _refuse_weak_secret(name: str, secret: SecretStr | None) -> None:
    value = secret.get_secret_value() if secret else ""
    if value.lower() in _DEFAULT_SECRETS or value.lower().startswith(("change-me", "changeme")):
        raise ValueError(f"{name} is missing or a default: set {MIN_SECRET_BYTES} random bytes or more")
    if len(value.encode()) < MIN_SECRET_BYTES:
        raise ValueError(f"{name} is too short: {MIN_SECRET_BYTES} bytes at least")


@lru_cache
def get_settings() -> Settings:
    """The process's settings, made at the first call. Raises pydantic.ValidationError naming the variable."""
    return Settings()
