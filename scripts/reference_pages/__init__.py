"""One module for each page that is generated from code."""
