"""Printing a report: HTML by Jinja2, PDF by ReportLab."""
