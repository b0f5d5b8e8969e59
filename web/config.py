"""Settings from the environment, safe by default; the README lists them in one table."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

PROJECT: Final = Path(__file__).resolve().parent.parent
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")


class UnsafeSettingsError(RuntimeError):
    """The settings are not safe for what they are used for, so the application does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the environment decides."""

    production: bool = False
    instance: Path = PROJECT / "instance"
    database_url: str = ""
    secret_key: str = ""
    hosts: tuple[str, ...] = LOCAL_HOSTS
    base_url: str = "http://127.0.0.1:8000"
    mail_dir: Path | None = None
    smtp_url: str = ""
    mail_from: str = "enishi@localhost"
    huey_url: str = ""
    dense_model: str | None = None
    rate_limits: bool = True
    second_factor: bool = False
    proxies: int = 0
    audit_anchor: Path | None = None
    clock_is_fixed: bool = field(default=False)

    def __post_init__(self) -> None:
        """Refuse in production what is meant for tests, and what must not be guessed."""
        if not self.production:
            return
        if not self.secret_key:
            raise UnsafeSettingsError("ENISHI_SECRET_KEY must be set in production")
        if not self.rate_limits:
            raise UnsafeSettingsError("ENISHI_RATE_LIMITS=off is refused in production")
        if self.clock_is_fixed:
            raise UnsafeSettingsError("ENISHI_NOW is refused in production")
        if self.hosts == LOCAL_HOSTS:
            raise UnsafeSettingsError("ENISHI_HOSTS must name the hosts that are served in production")
        if not self.second_factor:
            raise UnsafeSettingsError("staff have a second factor in production")

    @property
    def passkey_origins(self) -> tuple[str, ...]:
        """Return where passkeys work: browsers tie them to a name, never to a bare network address."""
        parts = urlsplit(self.base_url)
        host = parts.hostname or ""
        if not host.replace(".", "").isdigit() and ":" not in host:
            return (self.base_url,)
        return () if self.production else (f"http://localhost:{parts.port or 80}",)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; a secret key is made once and kept in the instance folder if none is given."""
        env = os.environ if environment is None else environment
        mode = env.get("ENISHI_ENV", "development")
        if mode not in {"development", "production"}:
            raise UnsafeSettingsError(f"ENISHI_ENV is development or production, not {mode}")
        production = mode == "production"
        instance = Path(env.get("ENISHI_INSTANCE", PROJECT / "instance"))
        instance.mkdir(parents=True, exist_ok=True)
        mail_dir = env.get("ENISHI_MAIL_DIR", "" if env.get("ENISHI_SMTP_URL") else str(instance / "mail"))
        hosts = tuple(host.strip() for host in env.get("ENISHI_HOSTS", "").split(",") if host.strip())
        return cls(
            production=production,
            instance=instance,
            database_url=env.get("ENISHI_DATABASE_URL", f"sqlite:///{instance / 'enishi.db'}"),
            secret_key=env.get("ENISHI_SECRET_KEY") or ("" if production else _kept_secret(instance)),
            hosts=hosts or LOCAL_HOSTS,
            base_url=env.get("ENISHI_BASE_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/"),
            mail_dir=Path(mail_dir) if mail_dir else None,
            smtp_url=env.get("ENISHI_SMTP_URL", ""),
            mail_from=env.get("ENISHI_MAIL_FROM", "enishi@localhost"),
            huey_url=env.get("ENISHI_HUEY_URL", f"sqlite:///{instance / 'queue.db'}"),
            dense_model=env.get("ENISHI_DENSE_MODEL") or None,
            rate_limits=env.get("ENISHI_RATE_LIMITS", "on") != "off",
            second_factor=production or env.get("ENISHI_SECOND_FACTOR", "off") == "on",
            proxies=int(env.get("ENISHI_PROXIES", "0")),
            audit_anchor=Path(env.get("ENISHI_AUDIT_ANCHOR", instance / "audit-anchor")),
            clock_is_fixed="ENISHI_NOW" in env,
        )


def _kept_secret(instance: Path) -> str:
    path = instance / "secret-key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret
