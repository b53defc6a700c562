from __future__ import annotations

import pytest
import requests
from hvac import exceptions as vendor

from fleeting.adapters.vault.faults import is_passing, said, translated
from fleeting.domain.errors import SecretForbidden, SecretNotFound, SecretsUnavailable

WHERE = "Vault at https://vault:8200"


def refusal(*errors):
    return vendor.InvalidRequest(errors=list(errors))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (vendor.VaultDown(errors=["Vault is sealed"]), SecretsUnavailable, "sealed: unseal it"),
        (vendor.VaultDown(errors=["standby"]), SecretsUnavailable, "not ready"),
        (vendor.VaultNotInitialized(), SecretsUnavailable, "not initialised"),
        (vendor.RateLimitExceeded(), SecretsUnavailable, "quota"),
        (vendor.InternalServerError(), SecretsUnavailable, "see its log"),
        (vendor.BadGateway(), SecretsUnavailable, "see its log"),
        (vendor.UnexpectedError(), SecretsUnavailable, "see its log"),
        (vendor.Forbidden(), SecretForbidden, "policy"),
        (vendor.Unauthorized(), SecretForbidden, "policy"),
        (vendor.InvalidPath(), SecretNotFound, "correct the path"),
        (refusal("path is already in use"), SecretForbidden, "already in use"),
        (refusal("Client sent an HTTP request to an HTTPS server."), SecretsUnavailable, "https"),
        (refusal("Upgrading from non-versioned to versioned data."), SecretsUnavailable, "wait"),
        (requests.ConnectionError("refused"), SecretsUnavailable, "start it"),
        (requests.ReadTimeout("slow"), SecretsUnavailable, "in time"),
        (requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"), SecretsUnavailable, "ca="),
        (requests.exceptions.SSLError("WRONG_VERSION_NUMBER"), SecretsUnavailable, "vault.http"),
    ],
)
def test_what_failed_is_named_with_the_next_step(error, kind, words):
    found = translated(error, WHERE, "to read kv/x")

    assert type(found) is kind
    assert found.message.startswith(WHERE)
    assert words.replace(".", "+") in found.message or words in found.message


def test_what_was_sent_is_not_repeated():
    error = refusal("cannot store canary-value at kv/x", "canary-value is taken")

    assert "canary" not in translated(error, WHERE, "to write kv/x", ["canary-value"]).message


def test_a_servers_own_words_are_one_short_line():
    words = said(refusal("1 error occurred:\n\t* permission denied\n\n", "x" * 500))

    assert words.startswith("permission denied xxx")
    assert len(words) <= 201
    assert "\n" not in words


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (requests.ConnectionError(), True),
        (vendor.InternalServerError(), True),
        (vendor.BadGateway(), True),
        (vendor.RateLimitExceeded(), True),
        (vendor.VaultDown(errors=["no leader"]), True),
        (vendor.VaultDown(errors=["Vault is sealed"]), False),
        (requests.ReadTimeout(), False),
        (requests.ConnectTimeout(), False),
        (requests.exceptions.SSLError(), False),
        (vendor.Forbidden(), False),
        (vendor.InvalidPath(), False),
    ],
)
def test_only_what_may_be_over_in_a_moment_is_tried_again(error, passes):
    assert is_passing(error) is passes
