"""The routes of accounts, and of the way into one."""
