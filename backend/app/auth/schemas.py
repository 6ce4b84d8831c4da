"""What clients send and get about accounts and sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from app.auth.domain import MAX_PASSWORD_BYTES, check_password, clean_display_name, normalize_email
from app.core.fields import ReadModel, StrictModel

_TOKEN_CHARS = 512

Email = Annotated[str, Field(max_length=320, examples=["ada@example.com"]), AfterValidator(normalize_email)]
# A mistyped address signs nobody in; it is not told apart from an unknown one.
GivenEmail = Annotated[str, Field(max_length=320, examples=["ada@example.com"])]
NewPassword = Annotated[
    str,
    Field(
        max_length=MAX_PASSWORD_BYTES,
        examples=["correct horse battery"],
        description="At least 8 characters, of any kind.",
        json_schema_extra={"minLength": 8, "format": "password"},
    ),
    AfterValidator(check_password),
]
GivenPassword = Annotated[str, Field(max_length=MAX_PASSWORD_BYTES, json_schema_extra={"format": "password"})]
DisplayName = Annotated[str, Field(max_length=320, examples=["Ada"]), AfterValidator(clean_display_name)]
OpaqueToken = Annotated[str, Field(max_length=_TOKEN_CHARS)]


class UserCreate(StrictModel):
    """A registration."""

    email: Email
    password: NewPassword
    display_name: DisplayName


class FirstAdminCreate(UserCreate):
    """The first admin's account, with the one-time token of the start log."""

    token: OpaqueToken


class UserUpdate(StrictModel):
    """What somebody may change about the own account."""

    display_name: DisplayName


class ApiKeyCreate(StrictModel):
    """A new key. Without `expires_in_days` it holds until it is deleted."""

    name: Annotated[DisplayName, Field(description="What it is for.", examples=["notebook"])]
    expires_in_days: Annotated[int, Field(ge=1, le=3660)] | None = None


class ApiKeyRead(ReadModel):
    """A key, as it may be shown at any time."""

    id: UUID
    name: str
    hint: str = Field(description="How it begins.")
    scope: Literal["read"]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")


class ApiKeyCreated(ApiKeyRead):
    """A key, with its text: this once and never again."""

    key: str


class UserRead(ReadModel):
    """An account."""

    id: UUID
    email: str
    display_name: str
    role: Literal["member", "admin"]
    created_at: datetime


class LoginRequest(StrictModel):
    """Address and password."""

    email: GivenEmail
    password: GivenPassword


class RefreshRequest(StrictModel):
    """A refresh token, when it does not come as a cookie."""

    refresh_token: OpaqueToken | None = None


class TokenRead(ReadModel):
    """A sign-in. `refresh_token` is null when it went into the cookie."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme, no secret
    expires_in: int = Field(description="Seconds until the access token expires.")
    refresh_token: str | None = None


class SignInOptions(ReadModel):
    """What the sign-in page may offer."""

    registration: Literal["open", "invite", "closed"]
    demo: bool
