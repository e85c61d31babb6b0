"""The processes that run tasks, and the one that hands them out: Celery's."""
