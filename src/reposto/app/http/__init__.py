"""The HTTP side: routes, errors as sentences, security headers, the built page."""
