"""What every part of the service builds on: settings, database, logging, errors."""
