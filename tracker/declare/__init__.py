"""Declaring: trying pages, writing declarations, checking them."""
