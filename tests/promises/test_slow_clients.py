import socket
import time

from tests.promises.serving import HOST, OK, Server

HALF_A_REQUEST = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nemail=someone"
)
CLIENTS = 60


def test_the_pulse_answers_within_a_second_while_sixty_clients_send_half_a_body(server: Server) -> None:
    server.start()
    clients = [socket.create_connection((HOST, server.port)) for _ in range(CLIENTS)]
    for client in clients:
        client.sendall(HALF_A_REQUEST)

    for _ in range(5):
        began = time.monotonic()
        status, _ = server.ask("GET", "/healthz")
        assert status == OK
        assert time.monotonic() - began < 1

    for client in clients:
        client.close()


def test_no_answer_names_the_server_or_its_version(server: Server) -> None:
    server.start()

    with socket.create_connection((HOST, server.port)) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        head = b"".join(iter(lambda: client.recv(4096), b"")).partition(b"\r\n\r\n")[0].lower()

    assert b"server:" not in head
    assert b"waitress" not in head


def test_a_body_of_a_hundred_megabytes_is_refused_unread(server: Server) -> None:
    server.start()

    with socket.create_connection((HOST, server.port)) as client:
        client.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 104857600\r\n\r\n")
        assert b" 413 " in client.recv(4096).splitlines()[0]
