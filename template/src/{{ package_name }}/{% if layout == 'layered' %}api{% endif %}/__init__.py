"""The HTTP side: routers, their dependencies, and nothing else."""
