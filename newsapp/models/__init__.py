"""The nouns of the site, one file each; importing this package registers every table."""

from newsapp.models.account import Account, AccountSession, Language, Role, SignInFailures
from newsapp.models.album import Album, AlbumImage
from newsapp.models.article import Article, State
from newsapp.models.audit import Audit
from newsapp.models.link import Link
from newsapp.models.media import Media
from newsapp.models.page import Page
from newsapp.models.revision import Revision
from newsapp.models.section import Section
from newsapp.models.setting import Setting

__all__ = [
    "Account",
    "AccountSession",
    "Album",
    "AlbumImage",
    "Article",
    "Audit",
    "Language",
    "Link",
    "Media",
    "Page",
    "Revision",
    "Role",
    "Section",
    "Setting",
    "SignInFailures",
    "State",
]
