"""A real SMTP server on loopback, small enough for a test: takes what is sent and keeps it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Inbox:
    """What has arrived, and addresses the server does not know."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


class _Session(socketserver.StreamRequestHandler):
    """The few commands that smtplib speaks (RFC 5321)."""

    def handle(self) -> None:
        self._say("220 test ESMTP")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"EHLO":
                self._say("250-test", "250 8BITMIME")
            elif verb == b"RCPT":
                self._recipient(line.decode().split("<")[1].split(">")[0])
            elif verb == b"DATA":
                self._data()
            else:
                self._say("250 ok")

    def _recipient(self, address: str) -> None:
        inbox: Inbox = self.server.inbox
        if address in inbox.unknown:
            self._say("550 5.1.1 no such user")
            return
        inbox.recipients.append(address)
        self._say("250 ok")

    def _data(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.inbox.messages.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self._say("250 taken")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@contextmanager
def smtp_server() -> Iterator[Inbox]:
    """Run the server for a while; yields its inbox."""
    inbox = Inbox()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads, server.inbox = True, inbox
        inbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield inbox
        finally:
            server.shutdown()
            thread.join()
