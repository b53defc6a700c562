"""Which settings do not go together."""

from __future__ import annotations

from ...domain.bounds import check_enforced
from ...domain.errors import InvalidSetting, IsolationUnavailable
from ...domain.worker_facts import DEFAULT_LIBRARIES
from .model import Settings
from .names import limit_variable


def check_together(settings: Settings) -> None:
    """Refuse what cannot be meant.

    Raises:
        InvalidSetting: two settings contradict each other; the message says which to change.
    """
    has_cluster_queue = "+cluster" in settings.queue_url.partition("://")[0]
    if has_cluster_queue and "submit" in settings.roles:
        raise InvalidSetting(
            "a Redis Cluster cannot carry Celery's messages: set FLEETING_QUEUE to a standalone or "
            "Sentinel server"
        )
    unknown = settings.roles - {"submit", "retrieve"}
    if unknown or not settings.roles:
        raise InvalidSetting(
            f"FLEETING_API_ROLES={settings.api_roles}: it takes submit, retrieve or both, "
            "separated by a comma"
        )
    if settings.isolation == "none" and not settings.queue_url.startswith("memory"):
        raise InvalidSetting(
            "FLEETING_ISOLATION=none runs scripts inside the worker, which is for memory mode "
            "alone: set it to process or stronger"
        )

    _check_policy(settings)
    _check_wrapped(settings)
    _check_signing(settings)
    _check_tls(settings)


def _check_wrapped(settings: Settings) -> None:
    has_children = settings.worker_processes > 1 or settings.worker_pool == "prefork"
    if settings.secrets_secret_id_wrapped and has_children:
        raise InvalidSetting(
            "a wrapped secret id can be fetched by one process alone: set "
            "FLEETING_WORKER_PROCESSES=1 and FLEETING_WORKER_POOL=threads, or deliver a plain one "
            "and unset FLEETING_SECRETS_SECRET_ID_WRAPPED"
        )


def _check_policy(settings: Settings) -> None:
    limits = settings.limits
    if settings.isolation_in_force < limits.min_isolation:
        raise InvalidSetting(
            f"FLEETING_ISOLATION={settings.isolation} is weaker than this installation's least: "
            f"set it to {limits.min_isolation} or stronger, or lower FLEETING_LIMITS__MIN_ISOLATION"
        )
    if settings.sandbox_reuse and not limits.allow_reuse:
        raise InvalidSetting(
            "FLEETING_SANDBOX_REUSE keeps processes, which FLEETING_LIMITS__ALLOW_REUSE=false "
            "forbids: unset one of them"
        )
    if DEFAULT_LIBRARIES in settings.sandbox_library_sets:
        raise InvalidSetting(
            f"FLEETING_SANDBOX_LIBRARY_SETS cannot have a set named {DEFAULT_LIBRARIES}: that is "
            "the one of FLEETING_SANDBOX_PREIMPORT"
        )
    try:
        check_enforced(limits.default_bounds, settings.isolation_in_force)
    except IsolationUnavailable as exc:
        named = ", ".join(limit_variable(f"default_{name}") for name in limits.default_bounds.asked)
        raise InvalidSetting(f"{named} cannot be enforced: {exc.message}") from None


def _check_signing(settings: Settings) -> None:
    key = settings.signing_key.get_secret_value()
    if sum(map(bool, (key, settings.signing_key_file, settings.signing_transit))) > 1:
        raise InvalidSetting(
            "FLEETING_SIGNING_KEY, FLEETING_SIGNING_KEY_FILE and FLEETING_SIGNING_TRANSIT name "
            "several keys to sign with: unset all but one"
        )


def _check_tls(settings: Settings) -> None:
    certificate, key = settings.api_tls_certificate_file, settings.api_tls_key_file
    if bool(certificate) != bool(key):
        raise InvalidSetting(
            "TLS takes a certificate and its key: set FLEETING_API_TLS_CERTIFICATE_FILE and "
            "FLEETING_API_TLS_KEY_FILE, or neither"
        )
    if settings.api_tls_client_ca_file and not certificate:
        raise InvalidSetting(
            "FLEETING_API_TLS_CLIENT_CA_FILE asks clients for certificates, which takes TLS: set "
            "FLEETING_API_TLS_CERTIFICATE_FILE and FLEETING_API_TLS_KEY_FILE, too"
        )
