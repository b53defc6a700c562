"""Runs of scripts: in a process of their own, or in this one where that was asked for."""
