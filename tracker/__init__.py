"""Tracks changes in the terms, privacy policies and FAQs of online services, clause by clause."""

__version__ = "0.1.0"
TOOL = f"policy-tracker/{__version__}"  # what evidence says of who asked
