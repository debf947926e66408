"""Programs that read pages and are no readers, told by what they say about themselves.

The list is short on purpose: it names families, not products. Every token was held against the
agents of real browsers, those of Vietnam among them: Cốc Cốc's browser says `coc_coc_browser`
and its crawler `coccocbot`; Zalo's and Facebook's in-app browsers are people; a CUBOT is a phone.
"""

from __future__ import annotations

import re

_ANYWHERE = (
    # crawlers of search engines, archives and language models; most of them say "bot", see below
    "crawl",
    "spider",
    "slurp",
    "archiver",
    "mediapartners",
    "google-inspectiontool",
    "google-read-aloud",
    "google-safety",
    "google-extended",
    "apis-google",
    "googleother",
    "feedfetcher",
    "chatgpt-user",
    "perplexity-user",
    "claude-user",
    "scrapy",
    # whoever gives an address to complain to is no browser
    "+http:",
    "+https:",
    # previews of shared links
    "facebookexternalhit",
    "facebookcatalog",
    "meta-external",
    "skypeuripreview",
    "embedly",
    "iframely",
    "linkpreview",
    # watchers and measuring tools
    "lighthouse",
    "pagespeed",
    "gtmetrix",
    "pingdom",
    "statuscake",
    "site24x7",
    "uptime",
    "monitor",
    "nagios",
    "check_http",
    "zabbix",
    "prometheus",
    "blackbox",
    "kube-probe",
    "healthcheck",
    "health-check",
    "apachebench",
    # libraries and command-line programs
    "python",
    "aiohttp",
    "go-http-client",
    "okhttp",
    "httpclient",
    "libwww",
    "lwp::",
    "guzzle",
    "node-fetch",
    "postman",
    "insomnia",
    # browsers with nobody in front of them
    "headless",
    "phantomjs",
    "selenium",
    "puppeteer",
    "playwright",
)
_AT_START = (
    "curl/",
    "wget",
    "httpx",
    "httpie",
    "java/",
    "ruby",
    "php",
    "axios/",
    "undici",
    "whatsapp/",
    "viber/",
)
# "Googlebot/2.1", "AhrefsBot", "coccocbot-web"; not the telephone "CUBOT X19", nor "Botswana"
_BOT = re.compile(r"(?<!cu)bot(?![a-z])")


def is_bot(agent: str) -> bool:
    """Whether a User-Agent header names a known program."""
    agent = agent.lower()
    return (
        agent.startswith(_AT_START)
        or _BOT.search(agent) is not None
        or any(token in agent for token in _ANYWHERE)
    )
