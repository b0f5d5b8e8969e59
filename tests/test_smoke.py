from models import AuditedSession
from tests.factories import make_partnership


def test_x(session: AuditedSession, client):
    session.add(make_partnership())
    session.commit()
    assert client.get("/nothing").status_code in (404, 500)


def test_y(session: AuditedSession, client):
    pass


def test_z(memory_session: AuditedSession):
    memory_session.add(make_partnership())
    memory_session.commit()
