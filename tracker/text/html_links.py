"""Where links lead: absolute addresses without what changes from visit to visit; hidden mail addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

# Parameters that say how a visitor came, or name the visit itself; never what is shown.
_VISIT = frozenset((
    "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "fbclid", "msclkid", "twclid", "ttclid",
    "li_fat_id", "yclid", "ysclid", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl",
    "_hsenc", "_hsmi", "hsctatracking", "vero_id", "oly_anon_id", "oly_enc_id", "epik", "rdt_cid",
    "s_kwcid", "wickedid", "zanpid", "irclickid", "srsltid", "jsessionid", "phpsessid", "aspsessionid",
    "sessionid", "session_id", "csrf", "csrf_token", "csrftoken", "xsrf", "_csrf", "authenticity_token",
    "nonce", "cfclearance", "__cf_chl_tk", "__cf_chl_rt_tk",
))  # fmt: skip
_VISIT_PREFIXES = ("utm_", "pk_", "mtm_", "matomo_", "hsa_")
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_NO_ADDRESS = re.compile(r"(?:javascript|vbscript|data|blob|about):", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_UNSAFE = re.compile(r"[\s()<>\[\]\\\"`|]")
_HIDDEN_MAIL = "/cdn-cgi/l/email-protection"


@lru_cache(maxsize=8192)
def target(href: str, base: str, dropped: tuple[str, ...] = ()) -> str:
    """Return the address a link leads to, ready to stand in Markdown; "" where it leads nowhere."""
    plain = _CONTROLS.sub("", href).strip()
    if plain in ("", "#") or _NO_ADDRESS.match(plain):
        return ""
    if _HIDDEN_MAIL in plain:
        mail = hidden_mail(plain.partition("#")[2])
        return f"mailto:{mail}" if mail else ""
    try:
        absolute = _without_visit(urljoin(base, plain), dropped)
    except ValueError:  # an address like http://[half has no target to speak of
        return ""
    return _UNSAFE.sub(lambda hit: "".join(f"%{byte:02X}" for byte in hit[0].encode()), absolute)


def hidden_mail(code: str) -> str:
    """Return the mail address that Cloudflare hid in hexadecimal digits; "" where there is none."""
    try:
        key, *letters = bytes.fromhex(code)
        mail = bytes(letter ^ key for letter in letters).decode()
    except ValueError:
        return ""
    return mail.partition("?")[0] if "@" in mail and mail.isprintable() else ""


def _without_visit(address: str, dropped: tuple[str, ...]) -> str:
    if "?" not in address and ";" not in address:
        return address
    scheme, host, path, query, fragment = urlsplit(address)
    kept = "&".join(each for each in query.split("&") if not _names_a_visit(each.partition("=")[0], dropped))
    return urlunsplit((scheme, host, _SESSION_IN_PATH.sub("", path), kept, fragment))


def _names_a_visit(parameter: str, dropped: tuple[str, ...]) -> bool:
    name = parameter.lower()
    return name in _VISIT or name.startswith(_VISIT_PREFIXES) or parameter in dropped
