"""The WSGI entry point: `gunicorn wsgi:app`."""

from newsapp import create_app

app = create_app()
