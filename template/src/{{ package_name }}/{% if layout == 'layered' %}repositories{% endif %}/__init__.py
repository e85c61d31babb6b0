"""All access to the database; rows come in, entities go out."""
