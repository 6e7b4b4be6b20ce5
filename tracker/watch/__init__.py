"""Watching: visits, checks and rounds; what reads pages of strangers; what is read anew."""
