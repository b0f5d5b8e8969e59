"""What travels to the browser: one style sheet, one script, kept for good and compressed, like the pages."""

import gzip
import hashlib
import io
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, request, url_for
from whitenoise import WhiteNoise

STATIC: Final = Path(__file__).parent / "static"
PREFIX: Final = "/static/"
KEPT: Final = "built"
UNVERSIONED_LASTS_SECONDS: Final = 3600
FRESH_SECONDS: Final = 900
SMALLEST_COMPRESSED: Final = 1024
MOST_PADDING: Final = 100
PAGE_COMPRESSION: Final = 6

# In this order: a later sheet may set what an earlier one said for all, and paper comes after every screen.
SHEETS: Final = (
    "ground",
    "frame",
    "forms",
    "lists",
    "match",
    "wide",
    "writing",
    "giving",
    "desk",
    "search",
    "charts",
    "profile",
    "paper",
)

BUNDLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "enishi.css": ("vendor/tokens.css", *(f"css/{sheet}.css" for sheet in SHEETS)),
        "enishi.js": ("vendor/htmx.min.js", "js/enishi.js"),
        "visits.js": ("js/visits.js",),
        "favicon.svg": ("img/favicon.svg",),
    }
)


def init_transfer(app: Flask) -> None:
    """Serve what is common to all pages under names that change with the content, and compress pages."""
    built = Path(app.instance_path) / KEPT
    names = {asset: _write(asset, built) for asset in BUNDLES}
    static = WhiteNoise(
        app.wsgi_app,
        root=str(STATIC),
        prefix=PREFIX,
        max_age=UNVERSIONED_LASTS_SECONDS,
        immutable_file_test=_is_built,
    )
    static.add_files(str(built), prefix=f"{PREFIX}{KEPT}")
    app.wsgi_app = static  # type: ignore[method-assign]  # the way WSGI middleware is put in front

    def asset(name: str) -> str:
        """Return the address of what BUNDLES calls by this name."""
        return url_for("static", filename=f"{KEPT}/{names[name]}")

    app.jinja_env.globals["asset"] = asset
    app.after_request(_compress)


def for_programs(content: bytes, kind: str) -> Response:
    """Answer a program that asks again and again: for a while it need not, and then only for what changed."""
    answer = Response(content, content_type=f"{kind}; charset=utf-8")
    answer.cache_control.public = True
    answer.cache_control.max_age = FRESH_SECONDS
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _is_built(path: str, url: str) -> bool:
    del path
    return url.startswith(f"{PREFIX}{KEPT}/")


@cache
def _bundle(asset: str) -> tuple[bytes, bytes]:
    """Return the content of one asset, plain and compressed; it changes only with a new start."""
    parts = [(STATIC / source).read_text(encoding="utf-8") for source in BUNDLES[asset]]
    if asset.endswith(".js"):
        # A function of its own for our own script, so that its "use strict" is about nothing else.
        parts[-1] = f"(() => {{\n{parts[-1]}}})();\n"
    plain = "\n".join(parts).encode()
    return plain, gzip.compress(plain, 9, mtime=0)


def _write(asset: str, folder: Path) -> str:
    """Write one asset where it is not yet, and return its name; earlier ones stay for pages that are open."""
    plain, compressed = _bundle(asset)
    stem, _, ending = asset.partition(".")
    name = f"{stem}-{hashlib.sha256(plain).hexdigest()[:12]}.{ending}"
    for path, content in ((folder / f"{name}.gz", compressed), (folder / name, plain)):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            unfinished.write_bytes(content)
            unfinished.replace(path)
    return name


def _compress(response: Response) -> Response:
    """Compress a page for who reads that, with a length that tells nothing (docs/decisions)."""
    if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    wanted = request.accept_encodings.quality("gzip") > 0
    if not wanted or len(content) < SMALLEST_COMPRESSED or "Content-Encoding" in response.headers:
        return response
    packed = io.BytesIO()
    # The file's name in the header is read by nobody; one of random length hides the true length of the rest.
    padding = secrets.token_hex(MOST_PADDING)[: secrets.randbelow(MOST_PADDING)]
    with gzip.GzipFile(padding, "wb", PAGE_COMPRESSION, packed, mtime=0) as file:
        file.write(content)
    response.set_data(packed.getvalue())
    response.headers["Content-Encoding"] = "gzip"
    return response
