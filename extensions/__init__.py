"""What extends Jinja here: macro libraries for the template, extensions for its tests.

The template needs no trust, so Copier never loads the classes of this package: only the
suite adds them, to an environment that Copier made.
"""
