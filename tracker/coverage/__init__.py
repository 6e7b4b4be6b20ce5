"""Coverage: which article explains which change, with the words that show it."""
