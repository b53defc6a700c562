"""The page on which people read the contract and try its calls: Swagger UI, from this server alone.

FastAPI's own page loads it from a public network, which many installations cannot reach, and whose
scripts would run where tokens are typed in.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from ...domain.errors import MissingExtra

_PARTS: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon.png": "image/png",
}
"""Files of the package `fastapi-offline` that the page consists of, and their media types."""

_HTML: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>fleeting</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="docs/favicon.png">
</head>
<body>
<div id="calls"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
"""All addresses are relative, so that the page finds its parts behind a proxy's prefix, too."""

_START: Final = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#calls",
  deepLinking: true,
  validatorUrl: null,
});
"""
"""In a file of its own, because the page runs no script that stands in it."""

_ITSELF: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page loads and calls this server alone; the pictures of its style sheet stand in it."""

_KEPT: Final = {"Cache-Control": "public, max-age=3600"}
"""An hour, after which a newer release shows."""


def add_to(app: FastAPI) -> None:
    """Serve the page and its parts.

    Raises:
        MissingExtra: the package that holds the parts is not installed.
    """
    folder = _folder()

    async def page(_request: Request) -> Response:
        return HTMLResponse(_HTML, headers={"Content-Security-Policy": _ITSELF})

    async def part(request: Request) -> Response:
        name = request.path_params["part"]
        if name == "start.js":
            return Response(_START, headers=_KEPT, media_type="text/javascript")
        if name not in _PARTS:
            raise HTTPException(404)
        return FileResponse(folder / name, headers=_KEPT, media_type=_PARTS[name])

    app.add_route("/docs", page, include_in_schema=False)
    app.add_route("/docs/{part}", part, include_in_schema=False)


def _folder() -> Path:
    """Where the package keeps its files; it is not imported, as nothing else of it is used."""
    found = find_spec("fastapi_offline")
    if found is None or found.origin is None:
        raise MissingExtra(
            "the page of the API needs a package that is not installed: pip install 'fleeting[api]'"
        )
    return Path(found.origin).parent / "static"
