"""Ways out: mail, webhooks, and whatever Apprise speaks to. Each takes a finished message and says what came of it."""
