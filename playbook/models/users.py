"""Who may sign in: users, their roles, their passkeys, and one-time sign-in links."""

from datetime import datetime

from flask_security.models import sqla
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from playbook.models.base import Base, UTCDateTime

sqla.FsModels.set_db_info(base_model=Base)  # type: ignore[no-untyped-call]  # the library is not typed


class Role(Base, sqla.FsRoleMixin):
    """What a user may do: administrator, coordinator or observer."""

    __tablename__ = "role"


class User(Base, sqla.FsUserMixin):
    """Somebody of the crisis team who signs in; partners never do."""

    __tablename__ = "user"

    #: The name that the log, the board and partners see.
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(10), default="")
    time_zone: Mapped[str] = mapped_column(String(60), default="")
    #: May read the register of sites; need-to-know, given by an administrator to one user at a time.
    sees_sites: Mapped[bool] = mapped_column(default=False)

    @property
    def shown_name(self) -> str:
        """How the log, the board and partners name this user: by name, or by address while there is none."""
        return self.name or self.email


class WebAuthn(Base, sqla.FsWebAuthnMixin):
    """A passkey."""

    __tablename__ = "webauthn"


class SignInLink(Base):
    """A link that signs one user in once; only its digest is stored."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
