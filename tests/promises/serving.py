"""The real server as a process of its own, and the demo town that it serves."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from web.config import PROJECT

HOST = "127.0.0.1"
OK = 200


def environment(instance: Path) -> dict[str, str]:
    """Return an environment in which everything lies in one folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENISHI_")}
    return kept | {"ENISHI_INSTANCE": str(instance), "ENISHI_RATE_LIMITS": "off", "PYTHONUTF8": "1"}


def flask(instance: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=PROJECT,
        env=environment(instance),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


@dataclass
class Server:
    """`flask serve` on a free port, in a process group of its own."""

    instance: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start, wait until the server is well, and return how many seconds that took."""
        began = time.monotonic()
        with (self.instance / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(self.port)],
                cwd=PROJECT,
                env=environment(self.instance),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() - began < 30:
            with suppress(OSError, HTTPException):
                if self.ask("GET", "/healthz")[0] == OK:
                    return time.monotonic() - began
            time.sleep(0.02)
        raise AssertionError((self.instance / "server.log").read_text(encoding="utf-8"))

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(
        self, method: str, path: str, body: object = None, *, token: str = "", seconds: float = 10
    ) -> tuple[int, bytes]:
        """Send one request on a connection of its own and return status and body."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        connection = HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
