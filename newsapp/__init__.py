"""newsapp: a lightweight news site for a small public office."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from newsapp import database, errors, logs, static_files, templating
from newsapp.accounts import service as accounts
from newsapp.accounts import views as accounts_views
from newsapp.api import views as api_views
from newsapp.appearance import views as appearance_views
from newsapp.archive import views as archive_views
from newsapp.config import ROOT, Config
from newsapp.extensions import babel, csrf, db
from newsapp.feeds import views as feeds_views
from newsapp.freshness import Freshness
from newsapp.furniture import Furnisher
from newsapp.headers import SecurityHeaders
from newsapp.health import bp as health_bp
from newsapp.news import views as news_views
from newsapp.newsroom import views as newsroom_views
from newsapp.pagecache import PageCache
from newsapp.pages import NumberedName
from newsapp.printing import views as printing_views
from newsapp.search import views as search_views
from newsapp.static_files import StaticFiles
from newsapp.turns import Turns
from newsapp.visits.ledger import Ledger
from newsapp.visits.middleware import VisitCounter

FORM_BYTES_MAX = 32 * 1024 * 1024


def create_app(config: Config | None = None) -> Flask:
    """The WSGI application, configured from the environment unless a Config is given."""
    config = config or Config.from_environment()
    logs.install(config.log_form, config.zone)
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=None)
    app.jinja_environment = templating.Environment
    configure(app, config)
    bind_extensions(app, config)
    app.url_map.converters["numbered"] = NumberedName
    for blueprint in (
        news_views.bp,
        archive_views.bp,
        printing_views.bp,
        search_views.bp,
        feeds_views.bp,
        appearance_views.bp,
        api_views.bp,
        accounts_views.bp,
        newsroom_views.bp,
        health_bp,
    ):
        app.register_blueprint(blueprint)
    templating.install(app, config.zone)
    static_files.install(app)
    errors.install(app)
    wrap(app, config)
    return app


def configure(app: Flask, config: Config) -> None:
    """Flask's own settings."""
    app.extensions["newsapp.config"] = config
    app.config.update(
        # FLASK_DEBUG in the surroundings opens nothing to readers.
        DEBUG=False,
        SECRET_KEY=config.secret_key,
        TRUSTED_HOSTS=list(config.trusted_hosts),
        MAX_CONTENT_LENGTH=FORM_BYTES_MAX,
        # The body of an article may hold a million characters of up to four bytes.
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="__Host-newsapp" if config.served_over_tls else "newsapp",
        SESSION_COOKIE_SECURE=config.served_over_tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=accounts.IDLE_LIMIT,
        # Only the newsroom renews the cookie: a picture or style sheet that is still on its way
        # must not bring it back to a browser that has just given it up.
        SESSION_REFRESH_EACH_REQUEST=False,
        # A form stays valid as long as the session does; a clerk writes for hours.
        WTF_CSRF_TIME_LIMIT=None,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(config.database_url),
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_DEFAULT_TIMEZONE=config.zone.key,
    )


def bind_extensions(app: Flask, config: Config) -> None:
    """Bind the database, form protection and translations to the application."""
    db.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=_locale)
    with app.app_context():
        database.prepare(db.engine)
        freshness = Freshness(db.engine)
    app.extensions["newsapp.freshness"] = freshness
    app.extensions["newsapp.furnisher"] = Furnisher(freshness, config.zone)
    app.extensions["newsapp.ledger"] = Ledger(config.counters_url, config.journal_dir, config.zone)


def wrap(app: Flask, config: Config) -> None:
    """From the inside out: the turns, the page cache, the visit counter, the static files (which
    are not counted), the headers of every answer, the proxy's word. Pages that are kept have their
    headers: they are answered before all of these but the last."""
    if config.database_url.get_backend_name() == "sqlite":
        app.wsgi_app = Turns(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, session_cookie=app.config["SESSION_COOKIE_NAME"]
        )
    cache = None
    if config.page_cache_mb:
        cache = PageCache(
            app.wsgi_app,
            app.extensions["newsapp.freshness"],
            config.page_cache_mb * 1024 * 1024,
            session_cookie=app.config["SESSION_COOKIE_NAME"],
        )
        app.wsgi_app = cache  # type: ignore[method-assign]  # Flask's documented way
    counter = app.extensions["newsapp.visits"] = VisitCounter(
        app.wsgi_app,
        app.extensions["newsapp.ledger"],
        secret_key=config.secret_key,
        zone=config.zone,
        flood_limit=config.flood_limit,
        keeper=cache,
    )
    headers = SecurityHeaders(
        StaticFiles(counter, config.data_dir),
        behind_proxy=config.trusted_proxies > 0,
        complete=counter.kept.answer if counter.kept else None,
    )
    # A method: Python enters one faster than an object that can be called.
    app.wsgi_app = headers.__call__  # type: ignore[method-assign]  # Flask's documented way
    if hops := config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )


def _locale() -> str:
    """Readers get Vietnamese; a signed-in person the language of the account, on staff pages."""
    if request and request.blueprint in {"newsroom", "accounts"} and (me := accounts.signed_in()):
        return str(me.language.value)
    return "vi"
