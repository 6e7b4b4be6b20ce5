"""Telling: who is told what and when, written down together with what it tells, and sent until it has arrived."""
