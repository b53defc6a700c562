"""When a session logs in, renews, gives up and tries again; the server is one that is told what to
say, and time stands still until it is moved.
"""

from __future__ import annotations

import pytest
import requests
from hvac import exceptions as vendor

from fleeting.adapters.vault.answer import Answer
from fleeting.adapters.vault.session import VaultSession
from fleeting.domain.errors import SecretForbidden, SecretsUnavailable

REFUSED = vendor.InvalidRequest(errors=["invalid role or secret ID"])
DENIED = vendor.Forbidden(errors=["permission denied"])
AWAY = requests.ConnectionError("refused")


class Server:
    """In place of the transport: answers from what stands for each path."""

    def __init__(self):
        self.calls = []
        self.errors = {}
        self.duration, self.renewable = 60, True
        self.granted = 60

    def __str__(self):
        return "Vault at nowhere"

    def send(self, method, path, *, token="", body=None, **_):
        self.calls.append(path.rpartition("/")[2])
        if error := self.errors.get(self.calls[-1]):
            raise error
        if path.endswith("renew-self"):
            auth = {"client_token": token, "lease_duration": self.granted, "renewable": True}
            return Answer(auth=auth)
        return Answer()


class Login:
    owns_tokens = True
    follows_stamp = False
    proof = 1

    def __init__(self, server):
        self.server = server
        self.number = 0

    def stamp(self):
        return self.proof

    def log_in(self, transport):
        transport.send("POST", "auth/login")
        self.number += 1
        return Answer(
            auth={
                "client_token": f"token-{self.number}",
                "lease_duration": self.server.duration,
                "renewable": self.server.renewable,
            }
        )


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def login(server):
    return Login(server)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def session(server, login, clock):
    session = VaultSession(server, login, now=clock, draw=lambda: 0.0, in_background=False)
    yield session
    session.close()


def test_one_login_serves_until_the_token_ends(session, server, clock):
    assert session.token() is session.token()
    clock.now += 59
    session.token()
    assert server.calls.count("login") == 1

    clock.now += 1

    assert session.token().text == "token-2"


def test_a_token_is_renewed_as_long_as_that_gives_life(session, server, clock):
    session.token()

    for _ in range(10):
        clock.now += 40
        session.freshen()

    assert session.token().text == "token-1"
    assert server.calls.count("renew-self") == 10


def test_another_login_follows_where_renewal_ends(session, server, clock):
    session.token()
    server.granted = 29

    clock.now += 40
    session.freshen()

    assert session.token().text == "token-2"


@pytest.mark.parametrize("error", [DENIED, REFUSED], ids=["denied", "refused"])
def test_another_login_follows_where_renewal_is_refused(session, server, clock, error):
    session.token()
    server.errors["renew-self"] = error

    clock.now += 40
    session.freshen()

    assert session.token().text == "token-2"


def test_a_token_that_cannot_be_renewed_is_replaced_before_it_ends(session, server, clock):
    server.renewable = False
    session.token()

    clock.now += 40
    session.freshen()

    assert session.token().text == "token-2"
    assert "renew-self" not in server.calls


def test_a_token_stays_in_use_while_the_server_is_away(session, server, clock):
    session.token()
    server.errors["renew-self"] = server.errors["login"] = AWAY

    clock.now += 40
    session.freshen()

    assert session.token().text == "token-1"


def test_a_token_that_has_ended_while_the_server_was_away_is_replaced(session, server, clock):
    session.token()
    server.errors["renew-self"] = server.errors["login"] = AWAY
    clock.now += 61
    with pytest.raises(SecretsUnavailable):
        session.token()

    server.errors.clear()
    clock.now += 1

    assert session.token().text == "token-2"


def test_a_server_that_is_away_is_not_asked_again_in_the_same_second(session, server, clock):
    server.errors["login"] = AWAY
    for _ in range(5):
        with pytest.raises(SecretsUnavailable, match="cannot be reached"):
            session.token()
    assert server.calls.count("login") == 1

    clock.now += 1
    with pytest.raises(SecretsUnavailable):
        session.token()

    assert server.calls.count("login") == 2


def test_a_refused_login_is_tried_again_more_and_more_rarely(session, server, clock):
    server.errors["login"] = REFUSED
    tried = []
    for second in range(2400):
        clock.now = 2000.0 + second
        with pytest.raises(SecretForbidden, match="invalid role or secret ID"):
            session.token()
        if server.calls.count("login") > len(tried):
            tried.append(second)

    assert tried == [0, 5, 65, 365, 1325, 2285]


def test_a_refused_login_is_tried_at_once_with_another_proof(session, server, login):
    server.errors["login"] = REFUSED
    with pytest.raises(SecretForbidden):
        session.token()

    server.errors.clear()
    login.proof = 2

    assert session.token().text == "token-1"


def test_a_token_that_is_none_any_more_is_replaced_once(session, server):
    token = session.token()
    server.errors["lookup-self"] = DENIED

    other = session.replaced(token)

    assert other.text == "token-2"
    assert session.replaced(token) is other


def test_a_good_token_is_not_replaced(session, server):
    assert session.replaced(session.token()) is None
    assert server.calls.count("login") == 1


def test_a_token_that_may_not_look_itself_up_is_not_replaced_while_it_is_young(
    session, server, clock
):
    server.errors["lookup-self"] = DENIED
    token = session.token()
    assert session.replaced(token) is None

    clock.now += 31

    assert session.replaced(token).text == "token-2"


def test_a_server_that_is_away_does_not_make_a_token_suspect(session, server):
    token = session.token()
    server.errors["lookup-self"] = AWAY

    with pytest.raises(SecretsUnavailable):
        session.replaced(token)
    server.errors.clear()

    assert session.token() is token


def test_another_token_in_the_file_is_taken_up(session, login):
    login.follows_stamp = True
    session.token()

    login.proof = 2

    assert session.token().text == "token-2"


def test_ones_own_token_is_revoked_at_the_end(session, server):
    session.token()

    session.close()

    assert server.calls[-1] == "revoke-self"


def test_somebody_elses_token_is_left_alone_at_the_end(session, server, login):
    login.owns_tokens = False
    session.token()

    session.close()

    assert "revoke-self" not in server.calls


def test_a_server_that_is_away_does_not_keep_a_process_from_ending(session, server):
    session.token()
    server.errors["revoke-self"] = AWAY

    session.close()

    assert server.calls[-1] == "revoke-self"
