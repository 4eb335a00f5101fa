"""The local stack's HTTP servers: the API and the page."""
