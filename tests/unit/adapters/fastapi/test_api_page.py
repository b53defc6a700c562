"""The page on which people read the contract: whole, and from this server alone."""

from __future__ import annotations

import re

from httpx2 import AsyncClient


async def test_every_part_of_the_page_is_there(client: AsyncClient) -> None:
    page = await client.get("/docs")
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    kinds = {part: (await client.get(f"/{part}")).headers["content-type"] for part in parts}

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert {name: kind.partition(";")[0] for name, kind in kinds.items()} == {
        "docs/swagger-ui.css": "text/css",
        "docs/favicon.png": "image/png",
        "docs/swagger-ui-bundle.js": "text/javascript",
        "docs/start.js": "text/javascript",
    }


async def test_the_page_names_no_host_and_no_path_of_its_own(client: AsyncClient) -> None:
    """Behind a proxy's prefix it finds its parts, too."""
    page, start = await client.get("/docs"), await client.get("/docs/start.js")

    assert "//" not in page.text + start.text
    assert not re.search(r'="/|: "/', page.text + start.text)


async def test_the_page_may_load_and_call_this_server_alone(client: AsyncClient) -> None:
    [policy] = (await client.get("/docs")).headers.get_list("content-security-policy")
    rules = dict(rule.strip().split(maxsplit=1) for rule in policy.split(";"))

    assert rules["default-src"] == "'none'"
    assert rules.pop("img-src") == "'self' data:"
    assert set(rules.values()) == {"'self'", "'none'"}


async def test_styles_and_scripts_may_be_kept_for_a_while(client: AsyncClient) -> None:
    answer = await client.get("/docs/swagger-ui.css")

    assert answer.headers.get_list("cache-control") == ["public, max-age=3600"]


async def test_nothing_else_of_the_package_is_served(client: AsyncClient) -> None:
    paths = ("redoc.standalone.js", "..%2F__init__.py", "swagger-ui.css/x", "")

    assert {(await client.get(f"/docs/{path}")).status_code for path in paths} == {404}
