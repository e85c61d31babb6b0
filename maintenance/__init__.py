"""Commands that write the template's generated files."""
