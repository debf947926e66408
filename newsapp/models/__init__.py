"""The nouns of the site, one file each; importing this package registers every table.

Where an index is of some of the rows, the model says so for SQLite and the migration for
PostgreSQL as well: to name that server's option here would load its dialect, two megabytes, into
every process of a site that has none.
"""

from newsapp.models.account import (
    Account,
    AccountSession,
    Language,
    RecoveryCode,
    Role,
    SignInFailures,
)
from newsapp.models.album import Album, AlbumImage
from newsapp.models.article import Article, Attachment, Pick, State
from newsapp.models.audit import Audit
from newsapp.models.autosave import Autosave, Presence
from newsapp.models.content import ContentVersion
from newsapp.models.link import Link
from newsapp.models.media import Media
from newsapp.models.page import Page
from newsapp.models.redirect import Redirect
from newsapp.models.revision import Revision
from newsapp.models.search import SearchEntry, SearchMiss, SearchWord
from newsapp.models.section import Section
from newsapp.models.setting import Setting

__all__ = [
    "Account",
    "AccountSession",
    "Album",
    "AlbumImage",
    "Article",
    "Attachment",
    "Audit",
    "Autosave",
    "ContentVersion",
    "Language",
    "Link",
    "Media",
    "Page",
    "Pick",
    "Presence",
    "RecoveryCode",
    "Redirect",
    "Revision",
    "Role",
    "SearchEntry",
    "SearchMiss",
    "SearchWord",
    "Section",
    "Setting",
    "SignInFailures",
    "State",
]
