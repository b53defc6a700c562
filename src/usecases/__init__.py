"""What fleeting does: load, let the domain decide, store."""
