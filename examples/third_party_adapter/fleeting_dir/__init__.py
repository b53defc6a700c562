"""Module texts of fleeting as files in a directory."""
