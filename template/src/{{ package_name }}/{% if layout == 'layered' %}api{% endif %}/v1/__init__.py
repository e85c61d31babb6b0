"""Version 1 of the API: a module that holds an `APIRouter` is mounted."""
