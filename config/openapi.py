"""What the Swagger document says about the whole API. `SWAGGER_SETTINGS["DEFAULT_INFO"]` names it."""

from pathlib import Path

from drf_yasg import openapi

from config import __version__

INFO = openapi.Info(
    title="Marquee",
    default_version=__version__,
    description=(Path(__file__).parent / "introduction.md").read_text(),
)
