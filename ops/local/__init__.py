"""Runs the whole product on one machine: real servers, and an event loop that acts as Lambda."""
