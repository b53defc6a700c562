"""Settings of where the HTTP API meets the network: TLS, proxies, and pages of other origins."""

from __future__ import annotations

from pydantic import BaseModel


class EdgeSettings(BaseModel):
    """TLS, proxies and browsers."""

    api_tls_certificate_file: str = ""
    """PEM file with the certificate of the API and those between it and its authority. Empty: the
    API speaks plain HTTP, as behind a proxy or a platform's router that ends TLS."""

    api_tls_key_file: str = ""
    """PEM file with the private key of that certificate."""

    api_tls_client_ca_file: str = ""
    """PEM file with the authorities of clients: only who has a certificate of theirs may connect.
    Empty, because tokens tell who asks; set it where a proxy alone may reach the API."""

    api_trusted_proxies: str = ""
    """Addresses or networks of proxies, separated by commas, whose `X-Forwarded-For` and
    `X-Forwarded-Proto` count, such as `10.0.0.0/8`; `*` where the network lets nobody else in.
    Empty: nobody's, because everybody can send these headers."""

    api_cors_origins: str = ""
    """Origins whose pages may call the API from a browser, separated by commas, such as
    `https://charts.example.com`. Empty: none, because most callers are no pages."""

    @property
    def cors_origins(self) -> tuple[str, ...]:
        """The origins whose pages may call the API."""
        return tuple(name.strip() for name in self.api_cors_origins.split(",") if name.strip())
