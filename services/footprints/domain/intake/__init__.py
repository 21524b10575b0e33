"""Bulk intake: reading what small firms keep in tables, and the way of a file to footprints."""
