"""Requests that can be repeated safely, by a key."""
