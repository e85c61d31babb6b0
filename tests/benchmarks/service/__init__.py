"""How fast the generated service answers, beside floors on the same database."""
