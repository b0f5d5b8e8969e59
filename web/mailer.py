"""Mail: written as rows in the reader's language, handed over after the commit by SMTP or as files."""

import smtplib
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from models import Account, OutboxMail, utc_now

HERE: Final = Path(__file__).parent
BATCH: Final = 50
RETRY_AFTER: Final = timedelta(minutes=2)
CLAIM_LASTS: Final = timedelta(minutes=5)
SMTP_TIMEOUT_SECONDS: Final = 20

Transport = Callable[[EmailMessage], None]

_environments: dict[str, Environment] = {}


def compose(
    session: Session,
    template: str,
    *,
    to: Account | None = None,
    address: str | None = None,
    locale: str | None = None,
    reply_to: str | None = None,
    stop_url: str | None = None,
    **context: Any,
) -> OutboxMail:
    """Write a mail into the outbox, in the reader's language, in the transaction of its cause."""
    if to is None and address is None:
        raise ValueError("a mail needs a reader")
    language = locale or (to.locale if to else "ja")
    environment = _environment(language)
    values = context | {"reader": to, "locale": language, "stop_url": stop_url}
    subject = environment.get_template(f"emails/{template}/subject.txt").render(values)
    mail = OutboxMail(
        to_account=to,
        to_address=address or (to.email if to else ""),
        locale=language,
        template=template,
        subject=" ".join(subject.split()),
        body=environment.get_template(f"emails/{template}/body.txt").render(values),
        reply_to=reply_to,
        stop_url=stop_url,
    )
    session.add(mail)
    return mail


def page_url(session: Session, path: str) -> str:
    """Return where a page is found from outside, for a mail; the session carries the address of the site."""
    return f"{session.info.get('base_url', '')}{path}"


def deliver_due(session: Session, transport: Transport, *, sender: str) -> int:
    """Hand over mails that are due, and return how many went.

    Each is claimed by one conditional update and handed over after that was committed: a slow mail
    server never holds a transaction open, and two workers never send one mail twice.
    """
    sent = 0
    while (mail := _claim_next(session)) is not None:
        message = _as_message(mail, sender=sender)
        at = utc_now()
        try:
            transport(message)
        except (OSError, smtplib.SMTPException) as error:
            mail.failed(type(error).__name__, retry_at=at + RETRY_AFTER * mail.attempts, at=at)
        else:
            mail.sent(at=at)
            sent += 1
        session.commit()
    return sent


def _claim_next(session: Session) -> OutboxMail | None:
    """Take the oldest mail that is due, so that nobody else takes it while it is handed over."""
    now = utc_now()
    is_due = (
        OutboxMail.sent_at.is_(None),
        OutboxMail.given_up_at.is_(None),
        or_(OutboxMail.next_attempt_at.is_(None), OutboxMail.next_attempt_at <= now),
    )
    candidates = session.scalars(
        select(OutboxMail.id).where(*is_due).order_by(OutboxMail.created_at, OutboxMail.id).limit(BATCH)
    ).all()
    for mail_id in candidates:
        claimed = session.scalar(
            update(OutboxMail)
            .where(OutboxMail.id == mail_id, *is_due)
            .values(next_attempt_at=now + CLAIM_LASTS, attempts=OutboxMail.attempts + 1)
            .returning(OutboxMail.id)
            .execution_options(synchronize_session=False)
        )
        if claimed is not None:
            session.commit()
            mail = session.get_one(OutboxMail, mail_id, populate_existing=True)
            session.commit()
            return mail
    session.rollback()
    return None


def _as_message(mail: OutboxMail, *, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to_address
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = make_msgid(idstring=mail.id.hex, domain="enishi.invalid")
    message["Content-Language"] = mail.locale
    message["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    if mail.stop_url:
        # RFC 8058: the reader's mail program asks for this address by POST, without a page in between.
        message["List-Unsubscribe"] = f"<{mail.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.body)
    return message


def file_transport(folder: Path) -> Transport:
    """Return a transport that lays each mail into a folder, for development."""

    def hand_over(message: EmailMessage) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").split("@")[0]
        path = folder / f"{name}.eml"
        path.with_suffix(".part").write_bytes(message.as_bytes())
        path.with_suffix(".part").replace(path)

    return hand_over


def smtp_transport(url: str) -> Transport:
    """Return a transport that speaks SMTP, with TLS for `smtps://` and STARTTLS where it is offered."""
    parts = urlsplit(url)

    def hand_over(message: EmailMessage) -> None:
        host, context = parts.hostname or "localhost", ssl.create_default_context()
        connection: smtplib.SMTP
        if parts.scheme == "smtps":
            connection = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SMTP_TIMEOUT_SECONDS, context=context)
        else:
            connection = smtplib.SMTP(host, parts.port or 25, timeout=SMTP_TIMEOUT_SECONDS)
        with connection:
            if parts.scheme == "smtp" and connection.has_extn("starttls"):
                connection.starttls(context=context)
            if parts.username:
                connection.login(unquote(parts.username), unquote(parts.password or ""))
            connection.send_message(message)

    return hand_over


def _environment(language: str) -> Environment:
    if language not in _environments:
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=False,  # noqa: S701  # plain text, never shown as HTML
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        translations = Translations.load(HERE / "translations", [language])
        environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
        _environments[language] = environment
    return _environments[language]
