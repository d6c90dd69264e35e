"""alembic's scripts, one folder per database."""

from pathlib import Path

from alembic.config import Config


def alembic_config(folder: str) -> Config:
    """The configuration of one database's migrations, without a file of its own."""
    here = Path(__file__).parent
    config = Config()
    config.set_main_option("script_location", str(here))
    config.set_main_option("version_locations", str(here / folder))
    config.set_main_option("path_separator", "os")
    return config
