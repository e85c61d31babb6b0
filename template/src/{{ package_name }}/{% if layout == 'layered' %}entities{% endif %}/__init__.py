"""What the service speaks of: immutable objects without a database behind them."""
