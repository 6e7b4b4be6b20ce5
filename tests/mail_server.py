"""A real mail server on loopback (aiosmtpd) that keeps what it takes."""

from __future__ import annotations

import asyncio
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any  # Any: aiosmtpd says nothing of its types

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True)
class Taken:
    sender: str
    recipient: str
    content: bytes


class MailServer:
    """Listens while it is entered; with `tls` it insists on encryption."""

    def __init__(
        self, tls: ssl.SSLContext | None, *, implicit: bool = False, login: tuple[str, str] | None = None
    ) -> None:
        self.taken: list[Taken] = []
        self.port = 0
        self._login = login
        self._starttls = None if implicit else tls
        self._implicit = tls if implicit else None
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        self._is_up.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(self._conversation, "127.0.0.1", 0, ssl=self._implicit)
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        await self._stop.wait()
        server.close()
        for _ in range(100):  # whoever is taking leave may do so
            if len(asyncio.all_tasks()) == 1:
                break
            await asyncio.sleep(0.01)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd calls it so
        for to in envelope.rcpt_tos:
            self.taken.append(Taken(envelope.mail_from, to, bytes(envelope.original_content)))
        return "250 OK"

    def _conversation(self) -> SMTP:
        def check(server: Any, session: Any, envelope: Any, mechanism: str, told: Any) -> AuthResult:
            given = (told.login.decode(), told.password.decode()) if isinstance(told, LoginPassword) else None
            return AuthResult(success=given == self._login, handled=False)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it takes encryption from the first byte on for none
            return SMTP(
                self,
                hostname="test",
                enable_SMTPUTF8=True,
                loop=self._loop,
                tls_context=self._starttls,
                require_starttls=self._starttls is not None,
                auth_required=self._login is not None,
                auth_require_tls=self._starttls is not None,
                authenticator=check,
            )
