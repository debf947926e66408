"""The WSGI entry point: `gunicorn wsgi:app`."""

from newsapp import create_app, static_files, templating, warming
from newsapp.config import Config

config = Config.from_environment()
static_files.publish(config.data_dir)
app = create_app(config)
templating.load(app)
warming.warm(app)
