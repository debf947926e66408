"""Programs that read pages and are no readers, told by what they say about themselves.

The list is short on purpose: it names families, not products. Every token was held against the
agents of real browsers, those of Vietnam among them: Cốc Cốc's browser says `coc_coc_browser`
and its crawler `coccocbot`; Zalo's and Facebook's in-app browsers are people; a CUBOT is a phone.
"""

from __future__ import annotations

import re

_TOKENS = (
    # crawlers of search engines, archives and language models; most say "bot"
    r"(?<!cu)bot(?![a-z])",
    r"crawl",
    r"spider",
    r"slurp",
    r"archiver",
    r"mediapartners",
    r"google-(?:inspectiontool|read-aloud|safety|extended)",
    r"apis-google",
    r"googleother",
    r"feedfetcher",
    r"chatgpt-user",
    r"perplexity-user",
    r"claude-user",
    r"scrapy",
    # whoever gives an address to complain to is no browser
    r"\+https?:",
    # previews of shared links
    r"facebookexternalhit",
    r"facebookcatalog",
    r"meta-external",
    r"^whatsapp/",
    r"^viber/",
    r"skypeuripreview",
    r"embedly",
    r"iframely",
    r"linkpreview",
    # watchers and measuring tools
    r"lighthouse",
    r"pagespeed",
    r"gtmetrix",
    r"pingdom",
    r"statuscake",
    r"site24x7",
    r"uptime",
    r"monitor(?:ing)?\b",
    r"nagios",
    r"check_http",
    r"zabbix",
    r"prometheus",
    r"blackbox",
    r"kube-probe",
    r"health-?check",
    r"apachebench",
    # libraries and command-line programs
    r"^curl/",
    r"^wget",
    r"python",
    r"^httpx",
    r"aiohttp",
    r"go-http-client",
    r"okhttp",
    r"^java/",
    r"httpclient",
    r"libwww",
    r"lwp::",
    r"^ruby",
    r"^php",
    r"guzzle",
    r"node-fetch",
    r"^axios/",
    r"^undici",
    r"^node$",
    r"postman",
    r"insomnia",
    r"^httpie",
    # browsers with nobody in front of them
    r"headless",
    r"phantomjs",
    r"selenium",
    r"puppeteer",
    r"playwright",
)
_BOT = re.compile("|".join(_TOKENS), re.IGNORECASE)
_LONGEST = 1024


def is_bot(agent: str) -> bool:
    """Whether a User-Agent header names a known program; only its first 1,024 characters count."""
    return _BOT.search(agent[:_LONGEST]) is not None
