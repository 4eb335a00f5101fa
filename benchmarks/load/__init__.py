"""Thousands of uploads while workers are killed, and what growing to millions would take."""
