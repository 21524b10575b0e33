"""Swagger UI for people.

Its assets come from the package `fastapi-offline` where it is installed, because a closed network can't reach a content
delivery network; else from the one FastAPI uses.
"""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response

from services.chassis.auth import public

OPENAPI_PATH: Final = "/openapi.json"
DOCS_PATH: Final = "/docs"
_ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
_CSP: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'{cdn}; style-src 'self' 'unsafe-inline'{cdn}; "
    "img-src 'self' data:; connect-src *; frame-ancestors 'none'"
)


def asset_folder() -> Path | None:
    """Return where the assets are installed, None where they are not."""
    spec = find_spec("fastapi_offline")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "static"
    return folder if all((folder / name).is_file() for name in _ASSETS) else None


def docs_router(app: FastAPI, folder: Path | None) -> APIRouter:
    """Return the public routes of the OpenAPI document and of Swagger UI."""
    router = APIRouter(include_in_schema=False)
    local = f"{DOCS_PATH}/assets"
    page = partial(get_swagger_ui_html, openapi_url=OPENAPI_PATH, title=f"{app.title}: API")
    if folder is not None:
        page = partial(
            page,
            swagger_js_url=f"{local}/swagger-ui-bundle.js",
            swagger_css_url=f"{local}/swagger-ui.css",
            swagger_favicon_url=f"{local}/favicon.png",
        )
    html = page()
    html.headers["Content-Security-Policy"] = _CSP.format(cdn="" if folder else " https:")

    @router.get(OPENAPI_PATH)
    @public
    async def openapi() -> Response:
        return JSONResponse(app.openapi())

    @router.get(DOCS_PATH)
    @public
    async def docs() -> Response:
        return html

    @router.get(f"{local}/{{name}}")
    @public
    async def asset(name: str) -> Response:
        if folder is None or name not in _ASSETS:
            raise HTTPException(404)
        return FileResponse(folder / name, media_type=_ASSETS[name])

    return router
