"""Settings of the HTTP API."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ApiSettings(BaseModel):
    """HTTP API."""

    api_host: str = "127.0.0.1"
    """Address that the API listens on. Loopback, until somebody decides to be reachable."""

    api_port: int = Field(default=8000, ge=0, le=65535)
    """Port that the API listens on. Where `FLEETING_API_PORT` is not set, `PORT` counts, as Cloud
    Foundry sets it."""

    api_roles: str = "submit,retrieve"
    """Halves of the API that are served, separated by commas. `retrieve` alone is the Metric
    Retriever: it reads only, and needs no queue and no right to write."""

    max_body_bytes: int = Field(default=8 * 1024 * 1024, gt=0)
    """Longest request body in bytes. Larger than any single task, so that it bounds batches."""

    @property
    def roles(self) -> frozenset[str]:
        """The halves of the API to serve."""
        return frozenset(role.strip() for role in self.api_roles.split(",") if role.strip())
