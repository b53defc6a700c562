"""The application: safe settings, and no connection before it is used."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.celery.streams.step import CustodyStep
from fleeting.domain.errors import InvalidSetting


@pytest.fixture
def app():
    app = make_app("redis://user:hunter2@nowhere:1", prefix="{p}:", queue="work")
    yield app
    app.close()


def test_json_is_all_it_speaks(app):
    conf = app.conf
    assert conf.accept_content == ["json"]
    assert {conf.task_serializer, conf.result_serializer, conf.event_serializer} == {"json"}


def test_tasks_are_acknowledged_when_they_have_ended(app):
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_results_are_kept_nowhere(app):
    assert app.conf.task_ignore_result
    assert app.backend.as_uri() == "disabled://"


def test_senders_announce_nothing(app):
    assert not app.conf.task_send_sent_event


def test_all_keys_have_the_prefix(app):
    assert app.conf.broker_transport_options["global_keyprefix"] == "{p}:"


def test_publishing_is_tried_for_a_second(app):
    policy = app.conf.task_publish_retry_policy
    assert policy["max_retries"] * policy["interval_max"] <= 2


def test_the_custody_is_among_the_consumers_steps(app):
    assert CustodyStep in app.steps["consumer"]


def test_connections_use_fleetings_transport_and_hide_the_password(app):
    connection = app.connection_for_read()

    assert connection.get_transport_cls().__module__ == "fleeting.adapters.celery.streams.transport"
    assert connection.as_uri() == "fleeting-redis://user:**@nowhere:1//"


def test_remote_control_shows_no_password_of_sentinels():
    url = "redis+sentinel://u:hunter1@one:1,two:2/main?sentinel_password=hunter2"
    connection = make_app(url, prefix="{p}:", queue="work").connection_for_read()

    assert "hunter2" not in repr(connection.info())
    assert connection.transport_options["sentinel_kwargs"]["password"] == "hunter2"


def test_a_connection_stays_with_its_transport():
    """kombu would go on to the next Sentinel with its own transport."""
    url = "redis+sentinel://one:1,two:2/main"
    connection = make_app(url, prefix="{p}:", queue="work").connection_for_read()

    connection.maybe_switch_next()

    assert connection.get_transport_cls().__module__ == "fleeting.adapters.celery.streams.transport"


def test_kombus_own_transport_can_be_chosen():
    connection = make_app("stock+redis://one", prefix="{p}:", queue="q").connection_for_read()

    assert connection.get_transport_cls().__module__ == "kombu.transport.redis"


def test_a_visibility_too_short_to_be_watched_is_refused():
    with pytest.raises(InvalidSetting, match="at least 3 s"):
        make_app("redis://one", prefix="", queue="q", visibility=timedelta(seconds=1))


@pytest.fixture
def make_canvas_app():
    apps = []

    def make(url):
        apps.append(make_app(url, prefix="{p}:", queue="work", canvas=True))
        return apps[-1]

    yield make
    for app in apps:
        app.close()


def test_canvas_is_joined_on_the_brokers_server_under_its_prefix(make_canvas_app):
    app = make_canvas_app("stock+redis://user:hunter2@nowhere:1")

    assert app.backend.connparams["host"] == "nowhere"
    assert app.backend.connparams["username"] == "user"
    assert app.backend.get_key_for_group("g", ".j").startswith(b"{p}:")
    assert app.conf.task_ignore_result


def test_canvas_takes_sentinels_and_tls_as_the_broker_has_them(make_canvas_app, tmp_path):
    authority = tmp_path / "ca.pem"
    authority.touch()
    url = f"rediss+sentinel://user:hunter2@a:1,b:2/mymaster?ssl_ca_certs={authority}"

    backend = make_canvas_app(url).backend

    assert [host["host"] for host in backend.connparams["hosts"]] == ["a", "b"]
    assert backend.connparams["connection_class"] is backend.connection_class_ssl
    assert backend.connparams["ssl_ca_certs"] == str(authority)
    assert backend._transport_options["master_name"] == "mymaster"


def test_canvas_shows_no_password(make_canvas_app):
    app = make_canvas_app("redis://user:hunter2@nowhere:1")

    assert "hunter2" not in app.backend.as_uri()
    assert "hunter2" not in app.conf.humanize(with_defaults=False)
