"""Asking servers for pages: what to ask, what they say to it, and whether they would rather not be asked."""
