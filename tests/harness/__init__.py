"""What the suite knows of the template, and how it renders and runs it."""
