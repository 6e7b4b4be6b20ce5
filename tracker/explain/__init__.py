"""Explaining: news from its sources, tied to the changes it speaks of."""
