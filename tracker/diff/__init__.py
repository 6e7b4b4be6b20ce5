"""Which clause became which, and which words changed. Pure; the same input always gives the same answer."""
